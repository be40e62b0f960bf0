"""Where falling water could be used, what that rests on, and how much of it is there on all but the driest days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cached_property

import geopandas as gpd
import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.gis.arrays import Float32Array, each_once
from infragap.gis.hydrology import Falls, Streams, falls, flow_directions, mean_flow
from infragap.gis.raster import Raster

EVIDENCE = ("surveyed", "mapped", "modelled")
"""What a site rests on, best first."""

GRAVITY_KN_PER_M3 = 9.81

HEADS_M = np.array([0.0, 5.0, 10.0, 20.0, 60.0, 120.0])
EFFICIENCY_BY_HEAD = np.array([0.75, 0.85, 0.95, 1.0, 1.08, 1.1])
"""Efficiency of a plant by its head, of that at 20 m: propellers at low heads lose most, crossflow and Pelton least
(assumption, engineering facts 5)."""


@dataclass(frozen=True, eq=False)
class Sites:
    """Pairs of intake and powerhouse, all (k,).

    Attributes
    ----------
    x, y, intake_x, intake_y
        Powerhouse and intake in the measuring CRS [m].
    head_m
        Fall between them.
    course_km
        Length of the water's way between them, canal and pressure pipe together.
    mean_flow_m3_s
        Mean flow of the year at the intake; NaN where only the firm flow was measured.
    firm_flow_m3_s
        Measured flow that 95 % of the days reach; NaN where it follows from the mean flow.
    evidence
        Index into `EVIDENCE`.
    """

    x: FloatArray
    y: FloatArray
    intake_x: FloatArray
    intake_y: FloatArray
    head_m: FloatArray
    course_km: FloatArray
    mean_flow_m3_s: FloatArray
    firm_flow_m3_s: FloatArray
    evidence: IntArray

    def __len__(self) -> int:
        """Number of pairs."""
        return len(self.x)

    @cached_property
    def spots(self) -> tuple[FloatArray, IntArray, IntArray]:
        """Spots (m, 2) where intakes and powerhouses stand, each once, and the spot of every powerhouse and of every
        intake (k,)."""
        # each axis by itself, then one number a spot: as rows of two they take twenty times as long to sort
        x: FloatArray = np.concatenate([self.x, self.intake_x])
        y: FloatArray = np.concatenate([self.y, self.intake_y])
        each_x, each_y = each_once(x), each_once(y)
        count = max(len(each_y), 1)
        spot = np.searchsorted(each_x, x) * count + np.searchsorted(each_y, y)
        each_spot = each_once(spot)
        points = np.column_stack([each_x[each_spot // count], each_y[each_spot % count]])
        number = np.searchsorted(each_spot, spot).astype(np.int64)
        return points, number[: len(self.x)], number[len(self.x) :]

    def allowed(self, parameters: ElectricityParameters) -> BoolArray:
        """(k,) sites whose evidence counts as an option (`hydro_evidence`)."""
        worst = EVIDENCE.index(parameters.hydro_evidence) if parameters.hydro_allowed else -1
        return np.asarray(self.evidence <= worst)

    def chosen(self, rows: IntArray | BoolArray) -> Sites:
        """Some of the sites."""
        return Sites(*(getattr(self, field.name)[rows] for field in fields(self)))


@dataclass(frozen=True, eq=False)
class Drainage:
    """Where the water of a relief runs, and how much of it."""

    streams: Streams
    mean_flow_m3_s: Float32Array

    @classmethod
    def of(cls, elevation: Raster, runoff: Raster) -> Drainage:
        """Read it from the layers."""
        streams = flow_directions(elevation)
        return cls(streams, mean_flow(streams, runoff))


def read_sites(
    drainage: Drainage,
    hydro_sites: gpd.GeoDataFrame | None,
    parameters: ElectricityParameters,
    *,
    near: Callable[[FloatArray, FloatArray], BoolArray] | None = None,
) -> Sites:
    """Sites of the layer `hydro_sites` where there is one, and those that relief and runoff suggest, as far as they are
    near."""
    found = falls(
        drainage.streams,
        drainage.mean_flow_m3_s,
        canal_km=parameters.hydro_canal_km,
        min_head_m=parameters.hydro_min_head_m,
        near=near,
    )
    modelled = modelled_sites(found)
    if hydro_sites is None or not len(hydro_sites):
        return modelled
    known = known_sites(hydro_sites, parameters)
    return Sites(
        *(np.concatenate([getattr(known, field.name), getattr(modelled, field.name)]) for field in fields(Sites))
    )


def modelled_sites(found: Falls) -> Sites:
    """Sites of falls that were read from a relief."""
    return Sites(
        x=found.x,
        y=found.y,
        intake_x=found.intake_x,
        intake_y=found.intake_y,
        head_m=found.head_m,
        course_km=found.canal_km,
        mean_flow_m3_s=found.mean_flow_m3_s,
        firm_flow_m3_s=np.full(len(found.x), np.nan),
        evidence=np.full(len(found.x), EVIDENCE.index("modelled"), dtype=np.int64),
    )


def known_sites(layer: gpd.GeoDataFrame, parameters: ElectricityParameters) -> Sites:
    """Sites of the layer `hydro_sites`; a site without a length of canal has the pressure pipe alone."""
    x, y = layer.geometry.x.to_numpy(dtype=np.float64), layer.geometry.y.to_numpy(dtype=np.float64)
    head = layer["head_m"].to_numpy(dtype=np.float64)
    canal_km = layer["canal_km"].fillna(0.0).to_numpy(dtype=np.float64)
    firm = layer["firm_flow_m3_s"].to_numpy(dtype=np.float64)
    return Sites(
        x=x,
        y=y,
        intake_x=x,
        intake_y=y,
        head_m=head,
        course_km=canal_km + head * parameters.penstock_m_per_m_head / 1000,
        mean_flow_m3_s=np.full(len(x), np.nan),
        firm_flow_m3_s=firm,
        evidence=np.array([EVIDENCE.index(str(each)) for each in layer["evidence"]], dtype=np.int64),
    )


def firm_flow_m3_s(sites: Sites, parameters: ElectricityParameters) -> FloatArray:
    """Flow that 95 % of the days reach, (k,): measured, or the mean flow times the regional relation
    ``hydro_driest_to_mean · hydro_firm_to_driest``."""
    p = parameters
    by_relation = sites.mean_flow_m3_s * p.hydro_driest_to_mean * p.hydro_firm_to_driest
    return np.where(np.isfinite(sites.firm_flow_m3_s), sites.firm_flow_m3_s, by_relation)


def true_head_m(sites: Sites, parameters: ElectricityParameters) -> FloatArray:
    """Head of each site, (k,): as measured, or as the relief says times `hydro_head_factor`."""
    return np.where(sites.evidence == 0, sites.head_m, sites.head_m * parameters.hydro_head_factor)


def efficiency(head_m: FloatArray, parameters: ElectricityParameters) -> FloatArray:
    """Efficiency from water to electric power at a head.

    Examples
    --------
    >>> efficiency(np.array([5.0, 20.0]), ElectricityParameters()).round(3).tolist()
    [0.51, 0.6]
    """
    return np.asarray(parameters.hydro_efficiency * np.interp(head_m, HEADS_M, EFFICIENCY_BY_HEAD))


def firm_power_kw(sites: Sites, parameters: ElectricityParameters) -> FloatArray:
    """Power on all but the driest days, (k,): ``P = 9.81 · Q95 · share · H · η(H)`` [kW]."""
    head = true_head_m(sites, parameters)
    usable = firm_flow_m3_s(sites, parameters) * parameters.hydro_flow_share
    return GRAVITY_KN_PER_M3 * usable * head * efficiency(head, parameters)


def water_works_mvnd(sites: Sites, parameters: ElectricityParameters) -> FloatArray:
    """Investment in canal and pressure pipe of each site, (k,): a pipe of `penstock_m_per_m_head` times the head, canal
    for the rest of the way."""
    p = parameters
    pipe_m = true_head_m(sites, p) * p.penstock_m_per_m_head
    canal_km = np.maximum(sites.course_km - pipe_m / 1000, 0.0)
    return np.asarray(canal_km * p.canal_mvnd_per_km + pipe_m * p.penstock_mvnd_per_m)
