"""A large pack for measuring: the embedded one with any number of seeded settlements in place of its own.

    python -m benchmarks.synthetic FOLDER --settlements 20000 [--seed 1]

Settlements are strewn evenly over the communes, households log-normal around 25, a fifth of them with unsafe wires;
communes have as many more households. The published totals are left out, as they would not fit, and with them the
targets: least cost decides. The ground, the grid and the headroom of its stations stay those of the province, so a
large pack is a dense one, and its limits bind far harder than those of a country with as many settlements would.
"""

import argparse
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd

from benchmarks.headroom import DATA, random_settlements
from infragap.gis.pack import read_pack
from infragap.starting.hashes import fill_hashes

PERSONS = 4
"""Of a household."""

SETTLEMENTS, COMMUNES = Path("villages/settlements.csv"), Path("boundaries/communes.geojson")


def write_synthetic_pack(folder: Path, count: int, *, seed: int = 1) -> Path:
    """Write the pack into a folder that is not there yet, and return the folder; the same bytes for the same seed."""
    shutil.copytree(DATA, folder, ignore=shutil.ignore_patterns("facts", "README.md"))
    layer = random_settlements(read_pack(DATA), count, seed=seed)
    columns = pd.read_csv(folder / SETTLEMENTS, nrows=0).columns
    places = layer.geometry.to_crs("EPSG:4326")
    table = pd.DataFrame(layer.drop(columns="geometry")).reindex(columns=columns)
    table = table.assign(longitude=places.x.round(5).to_numpy(), latitude=places.y.round(5).to_numpy())
    table.to_csv(folder / SETTLEMENTS, index=False)
    added = layer.groupby("commune_code")["households"].sum()
    communes = gpd.read_file(folder / COMMUNES)
    more = communes["commune_code"].map(added).fillna(0).astype(int)
    communes["households"] += more
    communes["population"] += PERSONS * more
    communes.to_file(folder / COMMUNES, driver="GeoJSON", COORDINATE_PRECISION=6)
    catalogue = folder / "catalog.toml"
    text = re.sub(r"\[targets\]\n(?:.+\n)*", _budgets_alone, catalogue.read_text(encoding="utf-8"))
    text = re.sub(r'(name = "settlements"\n(?:.+\n)*?rows = )\d+', rf"\g<1>{count}", text)
    catalogue.write_text(text, encoding="utf-8")
    fill_hashes(folder, replace=True)
    return folder


def _budgets_alone(targets: re.Match[str]) -> str:
    kept = [line for line in targets.group().splitlines() if line == "[targets]" or line.startswith("budget_")]
    return "\n".join(kept) + "\n"


def pack_command(module: str, description: str | None, write: Callable[..., Path]) -> None:
    """Write one pack as the command line asks: folder, settlements and seed."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{module}", description=description)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--settlements", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    write(asked.folder, asked.settlements, seed=asked.seed)


if __name__ == "__main__":
    pack_command("synthetic", __doc__, write_synthetic_pack)
