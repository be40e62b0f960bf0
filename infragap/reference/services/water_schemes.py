"""Water schemes of the reference pack: urban plants and documented rural schemes, the rest modelled up to the published
totals."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from infragap.gis.names import fold
from infragap.gis.raster import sample
from infragap.reference.inputs import Base, Facts
from infragap.reference.shares import largest_remainder

RURAL_SCHEMES = 1188
RURAL_HOUSEHOLDS = 70_500
LARGE_SCHEMES = 108
LARGE_HOUSEHOLDS = 201
LARGEST_HOUSEHOLDS = 800
SMALLEST_HOUSEHOLDS = 15
TREATED_SCHEMES = 76
"""Published totals of the rural register: 1,080 schemes of 15-200 households, 108 larger ones, 76 with treatment."""

LARGE_SHARE_PCT = 46.0
"""Share of the 70,500 households on the 108 larger schemes, 300 each (assumption)."""

CLASS_SHARES_PCT = {"sustainable": 32.0, "fairly_sustainable": 26.3, "unsustainable": 27.0, "not_working": 14.8}
"""National shares at the end of 2023 (conference of the ministry), taken for the province (assumption)."""

PEOPLE_PER_M3_DAY = 1 / 0.08
"""80 l a head and day, the design figure of the province's own list."""

URBAN_M3_PER_PERSON_DAY = 0.12 * 1.2
"""Urban demand with losses (assumption after TCXDVN 33:2006)."""

INTAKE_RISE_M = (30.0, 150.0)
INTAKE_DISTANCES_M = np.arange(400.0, 2801.0, 300.0)
INTAKE_BEARINGS = 24
MODELLED_ACCURACY_M = 3000.0
DOCUMENTED_ACCURACY_M = 2000.0


def build_water_schemes(
    base: Base, facts: Facts, villages: gpd.GeoDataFrame, *, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Build the layer of piped water schemes.

    Parameters
    ----------
    base, facts
        Communes and relief; the plants and schemes of the fact table.
    villages
        Villages of the pack, in the measuring CRS.
    rng
        Of this layer.

    Returns
    -------
    GeoDataFrame
        25 urban plants, 1,188 rural schemes with 70,500 households in all, the schemes that the province's list of
        2026-2030 wants new, and the plants that are planned; columns of `infragap.gis.schema.WaterSchemes`. A rural
        scheme's point is its intake, uphill of the village that it serves; households served, class and treatment are
        modelled. The list does not say which of its 368 rows are new: a name without a word of repair, upgrade or
        extension is taken as new (assumption; a reviewer may overrule it).
    """
    urban, plants = _urban_plants(base, facts), _planned_plants(base, facts)
    rural = _rural_schemes(base, facts, villages, rng)
    frame = pd.concat([urban, rural, plants], ignore_index=True)
    points = shapely.points(frame.pop("x").round(1), frame.pop("y").round(1))
    return gpd.GeoDataFrame(frame, geometry=points, crs=base.communes.crs)


def _urban_plants(base: Base, facts: Facts) -> pd.DataFrame:
    table = facts.water_plants.query("category == 'urban_plant'").reset_index(drop=True)
    communes = base.communes.set_index("commune_code")
    listed = [
        [code for part in re.split(r"[+,]", text) if (code := commune_of(part, base))] for text in table["commune"]
    ]
    first = [codes[0] for codes in listed]
    by_capacity = table["capacity_m3_day"] / URBAN_M3_PER_PERSON_DAY
    size = communes["population"] / communes["households"]
    design = (by_capacity / size.loc[first].to_numpy()).round().astype(int)
    there = np.array([int(communes.loc[codes, "households"].sum()) for codes in listed])
    centres = gpd.GeoSeries(
        gpd.points_from_xy(communes.loc[first, "centre_longitude"], communes.loc[first, "centre_latitude"]),
        crs="EPSG:4326",
    ).to_crs(base.communes.crs)
    x, y = centres.x.to_numpy(), centres.y.to_numpy()
    return pd.DataFrame({
        "scheme_id": [f"U{i + 1:02d}" for i in range(len(table))], "name": table["name"], "commune_code": first,
        "kind": "urban_plant",
        "capacity_m3_day": table["capacity_m3_day"], "households_design": design,
        "households_served": np.minimum(design, there),
        "source_elevation_m": np.round(sample(base.elevation, x, y)), "functionality": "sustainable", "treatment": True,
        "meets_standard": True, "in_plan_2026_2030": False, "year": np.nan, "position_accuracy_m": 3000.0,
        "provenance": "modelled",
        "status": "existing", "planned_work": None, "is_private": False,
        "source": [base.words.note["urban_plant"].format(source=text[:90]) for text in table["source"]],
        "x": x, "y": y,
    })  # fmt: skip


def _planned_plants(base: Base, facts: Facts) -> pd.DataFrame:
    """Plants that are planned and have a capacity, at the centre of the commune that their name holds; private ones
    have an operator in the table."""
    table = facts.water_plants.query("category == 'urban_plan_2030' and capacity_2030_m3_day.notna()")
    table = table[table["status"].str.contains(base.words.find["not_built"])].reset_index(drop=True)
    codes = [_commune_of_plant(text, base) for text in table["name"]]
    table, codes = table[[c is not None for c in codes]], [c for c in codes if c is not None]
    communes = base.communes.set_index("commune_code")
    centres = gpd.GeoSeries(
        gpd.points_from_xy(communes.loc[codes, "centre_longitude"], communes.loc[codes, "centre_latitude"]),
        crs="EPSG:4326",
    ).to_crs(base.communes.crs)
    x, y = centres.x.to_numpy(), centres.y.to_numpy()
    size = (communes["population"] / communes["households"]).loc[codes].to_numpy()
    capacity = table["capacity_2030_m3_day"].to_numpy()
    return pd.DataFrame({
        "scheme_id": [f"Q{i + 1:02d}" for i in range(len(table))], "name": table["name"].to_numpy(),
        "commune_code": codes, "kind": "urban_plant",
        "capacity_m3_day": capacity,
        "households_design": np.rint(capacity / URBAN_M3_PER_PERSON_DAY / size).astype(int), "households_served": 0,
        "source_elevation_m": np.round(sample(base.elevation, x, y)), "functionality": "unknown", "treatment": True,
        "meets_standard": True,
        "in_plan_2026_2030": False, "year": np.nan, "position_accuracy_m": 3000.0, "provenance": "modelled",
        "status": "planned",
        "planned_work": "new",
        "is_private": (table["note"].fillna("") + table["source"]).str.contains("private plant").to_numpy(),
        "source": [base.words.note["planned_plant"].format(source=text[:90]) for text in table["source"]], "x": x,
        "y": y,
    })  # fmt: skip


def _commune_of_plant(name: str, base: Base) -> str | None:
    """Commune in the name of a plant: the whole name, else the part in brackets."""
    bare = re.sub(base.words.find["plant_prefix"], "", name)
    outside, _, inside = bare.partition("(")
    return next((code for part in (inside.rstrip(") "), outside) if part and (code := commune_of(part, base))), None)


def _rural_schemes(base: Base, facts: Facts, villages: gpd.GeoDataFrame, rng: np.random.Generator) -> pd.DataFrame:
    documented = _documented(base, facts)
    existing = documented[documented["planned_work"] != "new"]
    frame = pd.concat([documented, _modelled(base, existing, rng)], ignore_index=True)
    stands = (frame["planned_work"] != "new").to_numpy()
    anchor = _anchors(frame, villages, rng)
    size = (villages["population"] / villages["households"].clip(lower=1)).to_numpy()[anchor].clip(2.5, 8.0)
    frame["wish"] = np.where(
        frame["persons"].isna(), rng.lognormal(np.log(45), 0.6, len(frame)), frame["persons"] / size
    )
    frame["households_served"] = 0
    frame.loc[stands, "households_served"] = households_served(frame["wish"].to_numpy()[stands])
    frame["households_design"] = np.maximum(np.rint(frame["wish"]).astype(int), frame["households_served"])
    people = frame["households_design"] * size
    frame["capacity_m3_day"] = frame["capacity_m3_day"].fillna((people / PEOPLE_PER_M3_DAY).clip(lower=1).round(1))
    frame["functionality"] = "unknown"
    frame.loc[stands, "functionality"] = _classes(frame[stands], base.words.find, rng)
    frame["treatment"] = _treated(frame)
    frame["meets_standard"] = frame["treatment"] & frame["functionality"].isin(("sustainable", "fairly_sustainable"))
    frame["year"] = np.where(frame["in_plan_2026_2030"], np.nan, rng.integers(2004, 2025, len(frame)))
    at = villages.geometry.iloc[anchor]
    x, y, height, kind = _intakes(base, at.x.to_numpy(), at.y.to_numpy(), frame["commune_code"].to_numpy())
    frame = frame.assign(x=x, y=y, source_elevation_m=height, kind=kind, provenance="modelled", is_private=False)
    frame["status"] = np.where(stands, "existing", "planned")
    frame.insert(0, "scheme_id", [f"W{i + 1:04d}" for i in range(len(frame))])
    return frame.drop(columns=["wish", "persons"])


def _documented(base: Base, facts: Facts) -> pd.DataFrame:
    table = facts.water_plants.query("category == 'rural_scheme_2026_2030'").reset_index(drop=True)
    codes = [
        next((code for part in re.split(r"[,+]", text) if (code := commune_of(part, base))), None)
        for text in table["commune"]
    ]
    unknown = [f"{n} ({c})" for n, c, code in zip(table["name"], table["commune"], codes, strict=True) if code is None]
    if unknown:
        raise ValueError("water schemes whose commune is unknown: " + "; ".join(unknown))
    return pd.DataFrame({
        "name": table["name"], "commune_code": codes, "persons": table["design_persons"],
        "capacity_m3_day": table["capacity_m3_day"],
        "in_plan_2026_2030": True, "position_accuracy_m": DOCUMENTED_ACCURACY_M,
        "planned_work": _planned_work(table["name"], base.words.find),
        "source": [base.words.note["rural_scheme"].format(source=text[:90]) for text in table["source"]],
    })  # fmt: skip


def _planned_work(name: pd.Series[str], find: dict[str, str]) -> NDArray[np.object_]:
    """What the list wants, by the words of the scheme's name."""
    upgrade = name.str.contains(find["listed_upgrade"], case=False)
    repair = name.str.contains(find["listed_repair"], case=False)
    return np.where(upgrade, "upgrade", np.where(repair, "repair", "new")).astype(object)


def _modelled(base: Base, documented: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Schemes beyond the documented ones, by rural population and steepness of the land (forest cover stands in for
    it)."""
    communes = base.communes
    rural = base.is_rural()
    weight = np.where(rural, communes["population"] * (0.5 + communes["forest_cover_pct"].fillna(50) / 100), 0.0)
    count = largest_remainder(RURAL_SCHEMES - len(documented), weight)
    row = np.repeat(np.arange(len(communes)), count)
    number = np.concatenate([np.arange(1, k + 1) for k in count])
    names = communes["name"].to_numpy()[row]
    return pd.DataFrame({
        "name": [
            base.words.name["water_scheme"].format(number=k, commune=name) for k, name in zip(number, names,
            strict=True)
        ],
        "commune_code": communes["commune_code"].to_numpy()[row], "persons": np.nan, "capacity_m3_day": np.nan,
        "in_plan_2026_2030": False, "position_accuracy_m": MODELLED_ACCURACY_M, "planned_work": None,
        "source": base.words.note["water_scheme_modelled"],
    })  # fmt: skip


def commune_of(text: str, base: Base) -> str | None:
    """Code of the commune that a list names, old communes included; None where nothing fits."""
    wanted = fold(re.sub(base.words.find["any_commune_prefix"], "", text)).strip()
    spelled = {"xi ma cai": "si ma cai", "chien ken": "chieng ken", "sin cheng": "sin cheng"}.get(wanted, wanted)
    for name, code in zip(base.communes["name"], base.communes["commune_code"], strict=True):
        if fold(name) == spelled:
            return str(code)
    for name, code in zip(base.legacy["name"], base.legacy["commune_code"], strict=True):
        if fold(name) == spelled:
            return str(code)
    return None


def _anchors(frame: pd.DataFrame, villages: gpd.GeoDataFrame, rng: np.random.Generator) -> NDArray[np.int64]:
    """Row of the village that each scheme serves first: named in the scheme's name, else one of the commune not yet
    taken."""
    names = villages["name"].map(fold).to_numpy()
    by_commune = {code: group.to_numpy() for code, group in villages.groupby("commune_code").groups.items()}
    taken: set[int] = set()
    anchor = np.zeros(len(frame), dtype=np.int64)
    for i, (code, name) in enumerate(zip(frame["commune_code"], frame["name"].map(fold), strict=True)):
        rows = by_commune[code]
        named = [r for r in rows if len(names[r]) > 2 and re.search(rf"\b{re.escape(names[r])}\b", name)]
        free = [r for r in named or rows if r not in taken] or list(named or rows)
        anchor[i] = named[0] if named and named[0] not in taken else free[int(rng.integers(len(free)))]
        taken.add(int(anchor[i]))
    return anchor


def households_served(wish: NDArray[np.float64]) -> NDArray[np.int64]:
    """Households on each scheme: in proportion to what it was designed for, within the published sizes and the
    published sum."""
    order = np.argsort(-wish, kind="stable")
    large, small = order[:LARGE_SCHEMES], order[LARGE_SCHEMES:]
    served = np.zeros(len(wish), dtype=np.int64)
    on_large = round(RURAL_HOUSEHOLDS * LARGE_SHARE_PCT / 100)
    served[large] = _capped(on_large, wish[large], LARGE_HOUSEHOLDS, LARGEST_HOUSEHOLDS)
    served[small] = _capped(RURAL_HOUSEHOLDS - on_large, wish[small], SMALLEST_HOUSEHOLDS, LARGE_HOUSEHOLDS - 1)
    return served


def _capped(total: int, weight: NDArray[np.float64], least: int, most: int) -> NDArray[np.int64]:
    """Split `total` by weight with every part within [least, most]."""
    low, high = 0.0, float(weight.max()) * total
    for _ in range(60):
        factor = (low + high) / 2
        low, high = (low, factor) if np.clip(weight * factor, least, most).sum() > total else (factor, high)
    exact = np.clip(weight * low, least, most)
    parts = np.floor(exact).astype(np.int64)
    free = np.flatnonzero(parts < most)
    rest = total - int(parts.sum())
    parts[free[np.argsort(-(exact - parts)[free], kind="stable")[:rest]]] += 1
    return parts


def _classes(frame: pd.DataFrame, find: dict[str, str], rng: np.random.Generator) -> NDArray[np.object_]:
    """Classes with the published shares; what the province lists for repair or upgrade tends to be worse."""
    repair = frame["name"].str.contains(find["repair"], case=False).to_numpy()
    badness = rng.random(len(frame)) + 0.35 * repair + 0.15 * frame["in_plan_2026_2030"].to_numpy()
    count = largest_remainder(len(frame), list(CLASS_SHARES_PCT.values()))
    classes = np.empty(len(frame), dtype=object)
    classes[np.argsort(badness, kind="stable")] = np.repeat(list(CLASS_SHARES_PCT), count)
    return classes


def _treated(frame: pd.DataFrame) -> NDArray[np.bool_]:
    """The 76 with treatment: the largest of those that work."""
    works = frame["functionality"].isin(("sustainable", "fairly_sustainable"))
    order = np.argsort(-np.where(works, frame["households_served"], 0), kind="stable")
    treated = np.zeros(len(frame), dtype=bool)
    treated[order[:TREATED_SCHEMES]] = True
    return treated


def _intakes(
    base: Base, x: NDArray[np.float64], y: NDArray[np.float64], codes: NDArray[np.object_]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.object_]]:
    """Intake of each scheme: the nearest point around that lies 30 to 150 m higher, in the same commune; else a pump at
    the village."""
    home = sample(base.elevation, x, y)
    found_x, found_y, found_h = x.copy(), y.copy(), home.copy()
    kind = np.full(len(x), "pumped", dtype=object)
    polygons = dict(zip(base.communes["commune_code"], base.communes.geometry, strict=True))
    inside_of = np.array([polygons[c] for c in codes])
    bearings = np.arange(INTAKE_BEARINGS) * 2 * np.pi / INTAKE_BEARINGS
    for distance_m in INTAKE_DISTANCES_M:
        for bearing in bearings:
            open_ = np.flatnonzero(kind == "pumped")
            if not len(open_):
                break
            px, py = x[open_] + distance_m * np.sin(bearing), y[open_] + distance_m * np.cos(bearing)
            height = sample(base.elevation, px, py)
            rise = height - home[open_]
            fits = (rise >= INTAKE_RISE_M[0]) & (rise <= INTAKE_RISE_M[1])
            fits &= shapely.contains_xy(inside_of[open_], px, py)
            chosen = open_[fits]
            found_x[chosen], found_y[chosen], found_h[chosen] = px[fits], py[fits], height[fits]
            kind[chosen] = "gravity"
    return found_x, found_y, np.round(found_h), kind
