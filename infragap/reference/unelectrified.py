"""The 18 villages without grid: as the scheme names them, with what else is known, and a point that says how rough it is."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from infragap.gis.crs import WGS84, transform
from infragap.reference.ground import Ground, distance_to, draw_spaced, habitability, within_cells
from infragap.reference.inputs import Base, Facts
from infragap.reference.local_roads import commune_centres

SPACING_M = 2500.0
"""Villages that share one registry point are spread at least this far apart (assumption: spacing of hamlets in the high communes)."""

CLEARANCE_M = 3000.0
"""A village without grid lies this far from main roads, centres of communes and old communes and documented hamlets with a point, or, where
its area has no such place, as far as a tenth of the area allows (assumption; Sáng Nhù beside the town is the known exception)."""


@dataclass(frozen=True)
class UnelectrifiedVillage:
    """One of the 18 villages of the scheme (section II.3).

    Attributes
    ----------
    settlement_id
        V01 to V18 in the order of the scheme.
    name, name_in_scheme
        Spelling corrected, and as the scheme writes it.
    commune_code, commune_in_scheme
        New commune, and how the scheme writes its name.
    legacy_commune
        Commune before July 2025, None where not established.
    basis
        What the position and the counts rest on.
    accuracy_m
        90 % radius where the facts know better than the registry's point of the old commune, else None.
    households, population
        From the press, None where no text gives them.
    supply
        'solar_home' where solar home systems were handed over, else 'none'.
    """

    settlement_id: str
    name: str
    name_in_scheme: str
    commune_code: str
    commune_in_scheme: str
    legacy_commune: str | None
    basis: str
    accuracy_m: float | None = None
    households: int | None = None
    population: int | None = None
    supply: str = "none"


_SHS = "; hệ điện mặt trời hộ gia đình (JICA/Niinuma, bàn giao 24/3/2025)"

UNELECTRIFIED = (
    UnelectrifiedVillage(
        "V01", "Làng Bang", "Làng Bang", "04429", "Tân Hợp", None, "xã cũ chưa xác định (Đại Sơn, Nà Hẩu hoặc Tân Hợp)"
    ),
    UnelectrifiedVillage(
        "V02", "Giàng Pằng", "Giàng Pằng", "04651", "Sơn Lương", "Sùng Đô", "xã Sùng Đô cũ, cao gần 1.700 m, trên 70 hộ (báo tỉnh): 70 là cận dưới", accuracy_m=2500.0, households=70
    ),
    UnelectrifiedVillage(
        "V03", "Làng Mảnh", "Làng Mảnh", "04651", "Sơn Lương", "Sùng Đô", "xã Sùng Đô cũ: kiến thức chung, chưa xác nhận"
    ),
    UnelectrifiedVillage("V04", "Ngã Hai", "Ngã Hai", "04651", "Sơn Lương", "Sùng Đô", "xã Sùng Đô cũ (thôn Ngã 2)"),
    UnelectrifiedVillage(
        "V05", "Nậm Biếu", "Nậm Biếu", "04651", "Sơn Lương", "Nậm Mười", "xã Nậm Mười cũ: kiến thức chung, chưa xác nhận"
    ),
    UnelectrifiedVillage(
        "V06", "Đề Chơ", "Đề Chơ", "04609", "Phình Hồ", "Làng Nhì", "xã Làng Nhì cũ, thôn xa nhất, giáp Sơn La bên rừng Tà Xùa (báo tỉnh)"
    ),
    UnelectrifiedVillage("V07", "Làng Mảnh", "Làng Mảnh", "04603", "Tà Xi Láng", "Tà Si Láng", "xã giữ nguyên năm 2025"),
    UnelectrifiedVillage(
        "V08", "Lùng Cúng", "Bản Lùng Cúng", "04462", "Nậm Có", "Nậm Có", "219 hộ, 1.340 người (báo chí 3/2026); chân đỉnh Lùng Cúng", accuracy_m=7000.0, households=219, population=1340
    ),
    UnelectrifiedVillage("V09", "Làng Giàng", "Bản Làng Giàng", "04462", "Nậm Có", "Nậm Có", "xã giữ nguyên năm 2025"),
    UnelectrifiedVillage("V10", "Đá Đen", "Bản Đá Đen", "04462", "Nậm Có", "Nậm Có", "xã giữ nguyên năm 2025"),
    UnelectrifiedVillage("V11", "Háng Phừ Loa", "Bản Háng Phừ Loa", "04456", "Mùng Căng Chải", "Mồ Dề", "xã Mồ Dề cũ"),
    UnelectrifiedVillage(
        "V12", "Sáng Nhù", "Bản Sáng Nhù", "04456", "Mùng Căng Chải", "Mồ Dề", "xã Mồ Dề cũ; điểm ngắm ruộng bậc thang Vành Móng Ngựa ở trên bản", accuracy_m=1000.0
    ),
    UnelectrifiedVillage("V13", "Trống Khua", "Bản Trông Khua", "04474", "Lao Chải", "Lao Chải", "xã giữ nguyên năm 2025" + _SHS, supply="solar_home"),
    UnelectrifiedVillage(
        "V14", "Dào Cu Nha", "Bản Dào Cu Nha", "04474", "Lao Chải", "Lao Chải", "160 hộ (báo tỉnh), khoảng 10 km đường đất từ trung tâm xã" + _SHS, households=160, supply="solar_home"
    ),
    UnelectrifiedVillage("V15", "Cáng Dông", "Bản Cáng Dông", "04474", "Lao Chải", "Lao Chải", "xã giữ nguyên năm 2025"),
    UnelectrifiedVillage(
        "V16", "Háng Đề Đài", "Bản Háng Đề Đài", "04465", "Khao Mang", "Hồ Bốn", "xã Hồ Bốn cũ: kiến thức chung, chưa xác nhận"
    ),
    UnelectrifiedVillage("V17", "Háng Á", "Bản Háng Á", "04465", "Khao Mang", "Hồ Bốn", "xã Hồ Bốn cũ" + _SHS, supply="solar_home"),
    UnelectrifiedVillage(
        "V18", "Nả Háng", "Ná Háng", "04489", "Chế Tạo", "Chế Tạo", "31 hộ (báo tỉnh)" + _SHS, households=31, supply="solar_home"
    ),
)  # fmt: skip
"""The list of the scheme, section II.3. Old communes, radii and what the press says: facts (villages.csv, heights.csv, norms 0.1-0.3)."""

_POINT_IN_HEIGHTS = {"V02": "Giàng Pằng", "V12": "Sáng Nhù (Vành Móng Ngựa)"}
"""Villages whose point stands in the spot heights."""


def unelectrified_villages(
    base: Base, facts: Facts, ground: Ground, *, main_roads: NDArray[np.float64], rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Give the 18 villages a point each.

    Parameters
    ----------
    base, facts
        Communes and old communes; registry radii and spot heights.
    ground
        The placing grid.
    main_roads
        (k, 2) points along the main roads [m].
    rng
        Drives the spread of villages that share a registry point.

    Returns
    -------
    GeoDataFrame
        18 rows in the order of the scheme; columns as in `UnelectrifiedVillage`, with `accuracy_m` known everywhere, and `position_note`.

    Notes
    -----
    A documented point is kept where it lies in its commune. The others are drawn on habitable ground of the part of the new commune
    inside the old commune's box, remote (`CLEARANCE_M`), high rather than low, 2.5 km from one another; Lùng Cúng within 7 km of its peak,
    Đề Chơ within 4 km of the province border at 1,100-1,800 m. Where no text narrows it, the radius is that of the registry position.
    """
    radius_m = facts.villages18.set_index("id")["uncertainty_registry_m"]
    polygons = base.communes.set_index("commune_code").geometry
    # the list is one of high hamlets: ground below 500 m counts little
    weight = (habitability(ground) * np.clip((ground.elevation.values - 500.0) / 500.0, 0.02, 1.0)).ravel()
    hamlets = facts.villages[
        facts.villages["lon"].notna() & ~facts.villages["electrified_status"].str.startswith("chưa")
    ]
    hamlet_points = np.column_stack(transform(hamlets["lon"], hamlets["lat"], source=WGS84, target=base.communes.crs))
    old_centres = np.column_stack([base.legacy.geometry.x, base.legacy.geometry.y])
    clearance = distance_to(ground, np.vstack([main_roads, commune_centres(base), old_centres, hamlet_points])).ravel()
    points: list[NDArray[np.float64]] = []
    notes: list[str] = []
    for village in UNELECTRIFIED:
        polygon = polygons[village.commune_code]
        known = _spot(facts.heights, _POINT_IN_HEIGHTS.get(village.settlement_id), base)
        if known is not None and polygon.contains(shapely.Point(known)):
            points.append(known)
            notes.append("điểm trong bảng độ cao")
            continue
        inside = (
            ground.commune == int(np.flatnonzero(base.communes["commune_code"] == village.commune_code)[0])
        ).ravel()
        narrow, note = _narrowed(village, base, facts, ground)
        cells = np.flatnonzero(inside & narrow & (weight > 0))
        if not len(cells):
            cells = np.flatnonzero(inside & (weight > 0))
        cells = cells[clearance[cells] >= min(CLEARANCE_M, float(np.quantile(clearance[cells], 0.9)))]
        taken = np.array(points).reshape(-1, 2)
        cell = draw_spaced(cells, weight[cells], 1, ground=ground, spacing_m=SPACING_M, taken=taken, rng=rng)
        points.append(within_cells(ground, cell, gpd.GeoSeries([polygon], crs=base.communes.crs), rng=rng)[0])
        notes.append(note)
    frame = pd.DataFrame([vars(v) for v in UNELECTRIFIED]).assign(position_note=notes)
    frame["accuracy_m"] = frame["accuracy_m"].astype(float).fillna(frame["settlement_id"].map(radius_m))
    return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(*np.array(points).T), crs=base.communes.crs)


def _narrowed(village: UnelectrifiedVillage, base: Base, facts: Facts, ground: Ground) -> tuple[NDArray[np.bool_], str]:
    """Cells (flat) where the village may lie by what is known, and that knowledge in words."""
    cells = ground.centres
    if village.settlement_id == "V08":
        peak = _spot(facts.heights, "Lùng Cúng (Lang Lung)", base)
        near = np.hypot(*(cells - peak).T) <= 7000.0 if peak is not None else np.ones(len(cells), dtype=bool)
        return np.asarray(near), "mô phỏng: trong 7 km quanh đỉnh Lùng Cúng"
    if village.settlement_id == "V06":
        height = ground.elevation.values.ravel()
        province = shapely.union_all(base.communes.geometry.to_numpy(), grid_size=1.0)
        polygon = base.communes.set_index("commune_code").geometry[village.commune_code]
        near = shapely.contains_xy(shapely.boundary(province).buffer(4000.0).intersection(polygon), *cells.T)
        return near & (height >= 1100.0) & (
            height <= 1800.0
        ), "mô phỏng: trong 4 km từ ranh giới tỉnh, cao 1.100-1.800 m"
    same = base.legacy[
        (base.legacy["commune_code"] == village.commune_code) & (base.legacy["name"] == village.legacy_commune)
    ]
    if same.empty:
        return np.ones(len(cells), dtype=bool), "mô phỏng: trong xã"
    box = same.iloc[0]
    inside = (cells >= [box["west"], box["south"]]).all(axis=1) & (cells <= [box["east"], box["north"]]).all(axis=1)
    return np.asarray(inside), "mô phỏng: trong khung xã cũ"


def _spot(heights: pd.DataFrame, name: str | None, base: Base) -> NDArray[np.float64] | None:
    spot = heights[heights["name"] == name]
    if name is None or spot.empty:
        return None
    return np.asarray(
        np.column_stack(transform(spot["lon"], spot["lat"], source=WGS84, target=base.communes.crs))[0].round(1)
    )
