"""Bills of quantities: what a work is made of, and what each part costs."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from infragap.analyses.arrays import BoolArray, FloatArray, IntArray
from infragap.analyses.water.codes import BillItem
from infragap.analyses.water.hydraulics.formulas import pump_power_kw
from infragap.analyses.water.hydraulics.pipe_catalogue import PipeCatalogue
from infragap.analyses.water.lines.design import Line
from infragap.analyses.water.parameters import WaterParameters
from infragap.analyses.water.works.candidate import BillLine


def markup(p: WaterParameters) -> float:
    """Factor for design, supervision, contingency and tax."""
    return (1 + p.design_pct / 100) * (1 + p.vat_pct / 100)


def total_mvnd(bill: Iterable[BillLine], p: WaterParameters) -> float:
    """What a bill comes to with design and tax."""
    return sum(line.mvnd for line in bill) * markup(p)


def pipe_pieces(line: Line) -> tuple[IntArray, IntArray, FloatArray]:
    """Pieces of pipe: section, row of the catalogue, metres; the wide piece of a section before its narrow one."""
    s = line.sections
    section = np.repeat(np.arange(len(s.start)), 2)
    pipe = np.column_stack([s.wide, s.narrow]).ravel()
    metres = np.column_stack([s.length_m * (1 - s.narrow_share), s.length_m * s.narrow_share]).ravel()
    kept = metres > 1e-9
    return section[kept].astype(np.int64), pipe[kept], metres[kept]


def pipe_bill(line: Line, catalogue: PipeCatalogue, share: FloatArray, sections: BoolArray) -> list[BillLine]:
    """Metres of each pipe in some sections, of each a share that is laid anew, (sections,)."""
    section, pipe, metres = pipe_pieces(line)
    here = sections[section]
    anew = (metres * share[section])[here]
    laid = np.bincount(pipe[here], weights=anew, minlength=len(catalogue.od_mm))
    return [
        BillLine(
            BillItem.PIPE, pipe_name(catalogue, int(k)), float(laid[k]), "m", float(laid[k] * catalogue.mvnd_per_m[k])
        )
        for k in np.flatnonzero(laid > 1e-9)
    ]


def pipe_name(catalogue: PipeCatalogue, pipe: int) -> str:
    """Name of a pipe, such as 'PE100 OD63 PN10'."""
    return f"{catalogue.material(pipe)} OD{catalogue.od_mm[pipe]:g} PN{catalogue.class_bar[pipe]:g}"


def chamber_bill(tanks: int, valves: int, p: WaterParameters) -> list[BillLine]:
    """Break-pressure tanks and reducing valves."""
    return [
        BillLine(item, "", float(count), "pcs", count * p.break_tank_mvnd)
        for item, count in ((BillItem.BREAK_TANK, tanks), (BillItem.VALVE, valves))
        if count
    ]


def weir_mvnd(catchment_km2: FloatArray | float, p: WaterParameters) -> FloatArray:
    """Price of an intake weir: that on a brook, on larger streams with their width, which grows with the square root of
    the catchment.

    Examples
    --------
    >>> weir_mvnd(np.array([1.0, 5.0, 20.0]), WaterParameters()).tolist()
    [80.0, 80.0, 160.0]
    """
    return np.asarray(p.intake_mvnd * np.sqrt(np.maximum(np.asarray(catchment_km2) / p.brook_km2, 1.0)))


def intake_bill(weir: float, share: float = 1.0) -> list[BillLine]:
    """Intake weir at its price [million VND], or a part of it renewed."""
    return [BillLine(BillItem.INTAKE, "", share, "pcs", share * weir)]


def storage_bill(peak_day_m3: float, p: WaterParameters, share: float = 1.0) -> list[BillLine]:
    """Storage tank sized as part of the peak day, or a part of it renewed."""
    volume = peak_day_m3 * p.storage_share_pct / 100
    mvnd = share * (p.storage_mvnd + p.storage_mvnd_per_m3 * volume)
    return [BillLine(BillItem.STORAGE, "", volume, "m³", mvnd)]


def filter_bill(peak_day_m3: float, p: WaterParameters) -> list[BillLine]:
    """Roughing and slow sand filter with chlorinator."""
    filter_mvnd = max(p.filter_min_mvnd, peak_day_m3 * p.filter_mvnd_per_m3_day)
    return [BillLine(BillItem.FILTER, "", peak_day_m3, "m³/day", filter_mvnd), *chlorine_bill(p)]


def chlorine_bill(p: WaterParameters) -> list[BillLine]:
    """Chlorinator."""
    return [BillLine(BillItem.CHLORINATOR, "", 1.0, "pcs", p.chlorinator_mvnd)]


def pump_bill(peak_day_m3: float, lift_m: float, p: WaterParameters) -> list[BillLine]:
    """Pump house and pumps that lift the peak day in 16 hours."""
    if lift_m <= 0:
        return []
    power_kw = pump_power_kw(peak_day_m3 / (16 * 3600), lift_m, efficiency_pct=p.pump_efficiency_pct)
    return [BillLine(BillItem.PUMP, "", float(power_kw), "kW", float(p.pump_mvnd + p.pump_mvnd_per_kw * power_kw))]
