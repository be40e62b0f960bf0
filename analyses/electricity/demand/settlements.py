"""The settlements as arrays: households, position, ground and what is known of them."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.demand.other_loads import OtherLoads


@dataclass(frozen=True, eq=False)
class Settlements:
    """The settlements as arrays, in the order of the layer.

    Attributes
    ----------
    households
        (n,) households without safe supply.
    commune
        (n,) row of the commune in the layer `communes`.
    x, y
        (n,) position in the measuring CRS [m].
    roughness
        (n,) 0 easy ground to 1 full terrain factor, at the settlement.
    at_lower_kv
        (n,) whether the nearest line is of the lower level.
    has_home_system
        (n,) donated solar home systems are there.
    position_accuracy_m
        (n,) radius that holds the true position (90 %).
    is_village
        (n,) one of the villages of the scheme; the others are clusters.
    has_unsafe_wires
        (n,) hangs on the grid already, by wires of its own that are not safe.
    spread_m
        (n,) radius that holds nine tenths of its houses; NaN where it is not known.
    other
        Loads beside today's homes; None for none.
    outage_hours
        (n,) hours a year in which the grid there is down; None where only the parameter says.
    id_rank
        (n,) rank of its identifier among all: decides between equals, so that the order of the rows does not.
    """

    households: FloatArray
    commune: IntArray
    x: FloatArray
    y: FloatArray
    roughness: FloatArray
    at_lower_kv: BoolArray
    has_home_system: BoolArray
    position_accuracy_m: FloatArray
    is_village: BoolArray
    has_unsafe_wires: BoolArray
    spread_m: FloatArray
    id_rank: IntArray
    other: OtherLoads | None = None
    outage_hours: FloatArray | None = None

    def __len__(self) -> int:
        """Number of settlements."""
        return len(self.households)


def read_settlements(
    settlements: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, *, roughness: FloatArray, at_lower_kv: BoolArray
) -> Settlements:
    """Arrays of the settlement layer."""
    row_of = {str(code): row for row, code in enumerate(communes["commune_code"])}
    return Settlements(
        households=settlements["households"].to_numpy(dtype=np.float64),
        commune=np.array([row_of.get(str(code), -1) for code in settlements["commune_code"]], dtype=np.int64),
        x=settlements.geometry.x.to_numpy(dtype=np.float64),
        y=settlements.geometry.y.to_numpy(dtype=np.float64),
        roughness=roughness,
        at_lower_kv=at_lower_kv,
        has_home_system=(settlements["supply"] == "solar_home").to_numpy(),
        position_accuracy_m=settlements["position_accuracy_m"].to_numpy(dtype=np.float64),
        is_village=(settlements["kind"] == "village").to_numpy(),
        has_unsafe_wires=(settlements["supply"] == "unsafe").to_numpy(),
        spread_m=house_radius_m(settlements),
        id_rank=np.argsort(np.argsort(settlements["settlement_id"].astype(str).to_numpy(), kind="stable")),
    )


def house_radius_m(settlements: gpd.GeoDataFrame) -> FloatArray:
    """Radius that holds nine tenths of each settlement's houses [m]; NaN where the layer does not say."""
    if "spread_m" not in settlements:
        return np.full(len(settlements), np.nan)
    return np.asarray(settlements["spread_m"], dtype=np.float64)
