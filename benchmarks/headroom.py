"""Plans within the headroom of feeders and substations: how far from the bound at 5,000 settlements."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from benchmarks import Row
from benchmarks.measure import timed
from infragap.analyses.electricity.headroom.limits import exceeded
from infragap.analyses.electricity.headroom.search import within_headroom
from infragap.analyses.electricity.least_cost.plan import Plan, least_cost
from infragap.analyses.electricity.least_cost.study import Study, prepare
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.gis.pack import Pack, read_pack

DATA = Path(__file__).resolve().parent.parent / "data"
ROOM = (1.0, 0.5, 0.3)
"""Parts of the published headroom that are left."""


def random_settlements(pack: Pack, count: int, *, seed: int = 1) -> gpd.GeoDataFrame:
    """Settlements strewn evenly over the communes, households log-normal around 25, a fifth with unsafe wires."""
    rng = np.random.default_rng(seed)
    communes = pack.communes
    west, south, east, north = communes.total_bounds
    found: list[gpd.GeoDataFrame] = []
    while sum(map(len, found)) < count:
        points = gpd.points_from_xy(rng.uniform(west, east, 3 * count), rng.uniform(south, north, 3 * count))
        layer = gpd.GeoDataFrame(geometry=points, crs=communes.crs)
        inside = gpd.sjoin(layer, communes[["commune_code", "geometry"]], predicate="within")
        found.append(inside[~inside.index.duplicated()])
    places = pd.concat(found, ignore_index=True).iloc[:count]
    rows = pd.concat([pack.settlements.iloc[[-1]]] * count, ignore_index=True).drop(columns="geometry")
    names = [f"S{k:05d}" for k in range(count)]
    return gpd.GeoDataFrame(
        rows.assign(
            settlement_id=names,
            name=names,
            kind="cluster",
            commune_code=places["commune_code"].to_numpy(),
            households=np.clip(rng.lognormal(3.2, 0.7, count), 5, 300).astype(int),
            supply=np.where(rng.random(count) < 0.2, "unsafe", "none"),
        ),
        geometry=places.geometry.to_numpy(),
        crs=communes.crs,
    )


def random_study(count: int, parameters: ElectricityParameters, *, seed: int = 1) -> Study:
    """The embedded pack with other settlements."""
    pack = read_pack(DATA)
    layer = random_settlements(pack, count, seed=seed)
    other = {**pack._read, "settlements": (layer, ())}  # noqa: SLF001 - a pack has no door to exchange a layer
    return prepare(replace(pack, _read=other), parameters)


def with_room(plan: Plan, part: float) -> Plan:
    """Plan beside feeders and substations that have a part of their headroom left."""
    grid = plan.study.grid
    limits = tuple(replace(limit, headroom_kw=limit.headroom_kw * part) for limit in grid.limits)
    return replace(plan, study=replace(plan.study, grid=replace(grid, limits=limits)))


def cases(*, quick: bool, shared: Path | None) -> Iterator[Row]:
    """Least cost without targets, so that limits and not targets decide; with and without reinforcement."""
    count = 800 if quick else 5_000
    p = ElectricityParameters(targets_bind=False, unsafe_may_leave_grid=True)
    free = least_cost(random_study(count, p), p)
    for part in ROOM:
        for allowed in (True, False):
            crowded = replace(with_room(free, part), parameters=p.model_copy(update={"reinforce_allowed": allowed}))
            seconds, found = timed(partial(within_headroom, crowded))
            choice = found.choice
            yield Row(
                routine="within_headroom" + ("" if allowed else ", no reinforcement"),
                instance=f"random settlements, {part:.0%} of the headroom, seed 1",
                size=count,
                seconds=seconds,
                objective=choice.cost_mvnd,
                lower_bound=choice.lower_bound_mvnd,
                gap=choice.gap,
                status=choice.status,
                note=f"{len(exceeded(crowded, crowded.study.grid.limits))} limits would be exceeded",
            )
