"""The numbers that docs/electricity.md quotes are those of a run on the embedded pack."""

from pathlib import Path

import pandas as pd
import pytest

from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.electricity.plan import plan_electricity
from infragap.gis.pack import read_pack

PAGE = Path(__file__).parents[3] / "docs" / "electricity.md"
SETTLEMENTS = ("V08", "V15", "V10")


def quoted() -> dict[str, list[str]]:
    """Column → values of `SETTLEMENTS`, from the table below the mark."""
    _, _, below = PAGE.read_text(encoding="utf-8").partition("<!-- checked by ")
    rows = [line.strip("| \n").split("|") for line in below.splitlines() if line.startswith("| `")]
    return {row[0].strip(" `"): [cell.strip() for cell in row[1:]] for row in rows}


@pytest.mark.slow
def test_quoted_numbers_are_those_of_the_run(data_folder: Path) -> None:
    result = plan_electricity(read_pack(data_folder), ElectricityParameters(scenarios=False))
    ranking = result.settlements.set_index("settlement_id")
    table = quoted()
    assert len(table) >= 15
    for column, cells in table.items():
        for key, cell in zip(SETTLEMENTS, cells, strict=True):
            value = ranking.loc[key, column]
            if cell == "–":
                assert pd.isna(value), (key, column)
            elif isinstance(value, str):
                assert value == cell, (key, column)
            else:
                decimals = len(cell.partition(".")[2])
                half = 0.5 * 10**-decimals
                assert float(value) == pytest.approx(float(cell.replace(",", "")), abs=half * 1.001), (key, column)
