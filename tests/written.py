"""What a run has written, for tests that read a result instead of planning again."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd


@dataclass(frozen=True, eq=False)
class Written:
    """Tables and record of one question in a result folder."""

    folder: Path
    question: str

    def table(self, name: str) -> pd.DataFrame:
        """One of its tables; codes of communes are text."""
        file = self.folder / "tables" / f"{self.question}_{name}.csv"
        return pd.read_csv(file, encoding="utf-8-sig", dtype={"commune_code": str})

    @property
    def record(self) -> dict[str, Any]:
        """Its part of run.json."""
        return dict(json.loads((self.folder / "run.json").read_text(encoding="utf-8"))[self.question])
