"""Words that files of other houses use for our layers, columns and values; guesses are made from these, never silently.

Words are folded (`folded`): lower case, without accents, only letters and digits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

import pandas as pd

LAYER_WORDS: Mapping[str, tuple[str, ...]] = {
    "communes": (
        "commune", "adm3", "adm4", "admin", "boundar", "ward", "municipal", "district", "geoboundaries", "area", "xa",
    ),
    "settlements": (
        "settlement", "hamlet", "cluster", "unelectrified", "place", "communit", "localit", "household", "poblado",
        "localidad", "comunidad", "povoado",
    ),
    "villages": ("village", "thon", "ban"),
    "roads": ("road", "highway", "track", "street"),
    "rivers": ("river", "stream", "waterway"),
    "lakes": ("lake", "reservoir", "waterbod"),
    "bridges": ("bridge",),
    "grid_lines": ("grid", "powerline", "line", "feeder", "power", "distribution", "kv", "mv", "network", "linea"),
    "substations": ("substation",),
    "stations": ("transformer", "station"),
    "hydro_sites": ("hydrosite", "hydropower", "microhydro", "waterfall"),
    "water_schemes": ("waterscheme", "waterpoint", "scheme", "pipedwater", "water"),
    "schools": ("school", "education"),
    "solar": ("solar", "ghi", "pvout", "irradiation"),
    "water_households": ("waterhousehold",),
    "elevation": ("elevation", "dem", "dsm", "dtm", "srtm", "height", "copernicus", "terrain", "elevac", "relief"),
    "forest": ("forest",),
    "runoff": ("runoff",),
}  # fmt: skip

COLUMN_WORDS: Mapping[str, tuple[str, ...]] = {
    "name": ("adm3en", "adm2en", "adm4en", "shapename", "placename", "villagename", "settlementname", "nom", "nombre",
             "ten", "label", "village", "place", "centropoblado", "localidad", "comunidad", "localite", "hamlet",
             "settlement"),
    "commune_code": ("adm3pcode", "admin3pcode", "adm2pcode", "pcode", "shapeid", "areacode", "wardcode", "maxa"),
    "settlement_id": ("id", "fid", "uid", "code", "gid", "placeid", "clusterid"),
    "village_id": ("id", "fid", "uid", "code", "gid", "villagecode"),
    "site_id": ("id", "fid", "gid", "siteid"),
    "line_id": ("id", "fid", "gid", "osmid", "lineid"),
    "road_id": ("id", "fid", "gid", "osmid"),
    "households": ("hh", "hhs", "nhh", "numhh", "household", "numberofhouseholds", "menages", "soho", "houses",
                   "hogares", "viviendas", "domicilios", "dwellings"),
    "population": ("pop", "persons", "people", "inhabitants", "population2025", "totalpop", "danso", "poblacion",
                   "habitantes", "populacao", "habitants"),
    "voltage_kv": ("voltage", "kv", "volt", "nominalvoltage", "voltagekv", "dienap", "tension", "voltaje"),
    "supply": ("electrified", "electricity", "energysource", "lighting", "access"),
    "kind": ("type", "class", "category"),
    "status": ("state", "condition", "operational"),
    "length_km": ("length", "lengthm", "shapeleng", "shapelength"),
    "area_km2": ("area", "areakm2", "areasqkm", "shapearea", "areaha"),
    "substation_id": ("id", "code"),
    "capacity_mva": ("mva", "capacity", "rating"),
}  # fmt: skip
"""Column of the schema → folded names that it has elsewhere, the likeliest first."""

LEAST_INSIDE = 4
"""Letters of a word from which on it is looked for inside a longer name, such as 'village' in 'Nom du village'."""

PEOPLE_WORDS = ("population", *COLUMN_WORDS["population"])
"""Columns that households follow from, by the country's household size."""

VALUE_WORDS: Mapping[str, Mapping[str, str]] = {
    "supply": {
        "kerosene": "none", "candle": "none", "candles": "none", "torch": "none", "battery": "none", "no": "none",
        "false": "none", "0": "none", "firewood": "none", "wood": "none", "nothing": "none", "unelectrified": "none",
        "paraffin": "none", "lamp": "none", "lamps": "none", "none": "none", "vela": "none", "mechero": "none",
        "solar": "solar_home", "shs": "solar_home", "solarhomesystem": "solar_home", "lantern": "solar_home",
        "illegal": "unsafe", "informal": "unsafe",
    },
    "kind": {
        "town": "village", "city": "village", "village": "village", "hamlet": "village", "locality": "village",
        "trading centre": "village", "settlement": "village", "isolateddwelling": "cluster", "neighbourhood": "cluster",
        "quarter": "cluster", "suburb": "cluster", "camp": "cluster",
    },
    "status": {
        "operational": "existing", "inservice": "existing", "energised": "existing", "energized": "existing",
        "active": "existing", "built": "existing", "existing": "existing", "proposed": "planned", "design": "planned",
        "future": "planned", "planned": "planned",
    },
}  # fmt: skip
"""Column of settlements and lines → folded word of a file → word of the schema."""

DEFAULTS: Mapping[str, Mapping[str, str | float | bool]] = {
    "settlements": {
        "settlement_id": "S{row}", "name": "S{row}", "kind": "village", "supply": "none", "position_accuracy_m": 500.0,
    },
    "villages": {"village_id": "V{row}", "position_accuracy_m": 500.0},
    "grid_lines": {"line_id": "L{row}", "status": "existing"},
    "substations": {"substation_id": "E{row}", "name": "E{row}", "status": "existing", "position_accuracy_m": 500.0},
    "roads": {"road_id": "R{row}", "road_class": "track", "surface": "earth", "is_bridge": False},
    "rivers": {"river_id": "W{row}", "is_major": False},
    "lakes": {"lake_id": "K{row}"},
    "communes": {
        "is_border": False, "poverty_provenance": "modelled", "natural_forest_ha": 0.0, "special_use_forest_ha": 0.0,
        "protection_forest_ha": 0.0, "production_forest_ha": 0.0,
    },
}  # fmt: skip
"""Layer → column that must be there → value where the file has none; each is an assumption that the catalogue shows."""


def column_for(frame: pd.DataFrame, name: str) -> str | None:
    """Column of a file that a column of the schema goes by: one of its names or, where only one has that, a longer name
    that holds it and no longer word for another column.

    Examples
    --------
    >>> frame = pd.DataFrame(columns=["Nom du village", "Household population"])
    >>> column_for(frame, "name"), column_for(frame, "population"), column_for(frame, "households")
    ('Nom du village', 'Household population', None)
    """
    by_fold = {folded(column): str(column) for column in frame.columns if column != "geometry"}
    words = (folded(name), *COLUMN_WORDS.get(name, ()))
    for word in words:
        if word in by_fold:
            return by_fold[word]
    every = {word for each, others in COLUMN_WORDS.items() for word in (folded(each), *others)}
    for word in (word for word in words if len(word) >= LEAST_INSIDE):
        holding = [
            column
            for fold, column in by_fold.items()
            if word in fold and not any(other in fold for other in every if len(other) > len(word))
        ]
        if len(holding) == 1:
            return holding[0]
    return None


def folded(text: object) -> str:
    """Fold a name: lower case, without accents, letters and digits only.

    Examples
    --------
    >>> folded("ADM3_EN"), folded("Số hộ")
    ('adm3en', 'soho')
    """
    plain = unicodedata.normalize("NFKD", str(text).replace("đ", "d").replace("Đ", "D"))
    return re.sub(r"[^a-z0-9]", "", "".join(c for c in plain if not unicodedata.combining(c)).lower())
