"""A data pack in another order: the rows of every layer shuffled, every second line drawn the other way."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd


def shuffle_pack(source: Path, target: Path, *, seed: int) -> Path:
    """Copy a pack of CSV, GeoJSON and rasters, its rows and lines in another order; the catalogue's checksums fit.

    Parameters
    ----------
    source, target
        Folders; the target is made.
    seed
        Of the order.

    Returns
    -------
    Path
        The target.
    """
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("facts"))
    random = np.random.default_rng(seed)
    catalog = (target / "catalog.toml").read_text(encoding="utf-8")
    for file in sorted(target.rglob("*")):
        before = hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""
        if file.suffix == ".csv":
            frame = pd.read_csv(file, dtype=str, keep_default_na=False)
            frame.sample(frac=1, random_state=random).to_csv(file, index=False)
        elif file.suffix == ".geojson":
            file.write_text(
                json.dumps(_shuffled(json.loads(file.read_text(encoding="utf-8")), random)), encoding="utf-8"
            )
        else:
            continue
        if before in catalog:
            catalog = catalog.replace(before, hashlib.sha256(file.read_bytes()).hexdigest())
    (target / "catalog.toml").write_text(catalog, encoding="utf-8")
    return target


def _shuffled(collection: dict[str, Any], random: np.random.Generator) -> dict[str, Any]:
    features = [collection["features"][place] for place in random.permutation(len(collection["features"]))]
    for feature in features[::2]:
        shape = feature["geometry"]
        if shape["type"] == "LineString":
            shape["coordinates"] = shape["coordinates"][::-1]
        elif shape["type"] == "MultiLineString":
            shape["coordinates"] = [line[::-1] for line in shape["coordinates"][::-1]]
    return {**collection, "features": features}
