"""Coordinate reference systems: WGS84 at the edges, the pack's metric system for measuring, VN-2000 without a wrong
datum shift.

The legal projected system of a province enters only through the catalogue of its data pack. Between VN-2000 and WGS84
this module always uses EPSG:6960 (Department of Survey and Mapping of Vietnam, accuracy 1 m); the second published
transformation, EPSG:5194, is made for the Mekong delta and lies 0.7 m off in the north. All transformations use x =
longitude or easting and y = latitude or northing; no grid is downloaded.
"""

from __future__ import annotations

import math
from functools import cache

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import ArrayLike
from pyproj.transformer import AreaOfInterest, TransformerGroup

from infragap.gis.arrays import FloatArray
from infragap.gis.errors import LayerError, MissingDataError
from infragap.process_wide import UNWARNED
from infragap.profiles.profile import read_profile

WGS84 = "EPSG:4326"

VN2000_TO_WGS84 = "VN-2000 to WGS 84 (2)"
"""Name in the EPSG registry of transformation 6960."""

SCALE_ERROR_MAX = 0.001
"""Largest scale error of a CRS that lengths are measured in: one metre in a kilometre."""

_VIETNAM = AreaOfInterest(west_lon_degree=102.1, south_lat_degree=8.3, east_lon_degree=109.5, north_lat_degree=23.4)


def transformer(source: pyproj.CRS | str, target: pyproj.CRS | str) -> pyproj.Transformer:
    """Give the transformation from one CRS to another, x before y, one and the same for every point.

    Parameters
    ----------
    source, target
        Anything that `pyproj.CRS` reads.

    Raises
    ------
    MissingDataError
        VN-2000 is on one side only and the installed PROJ does not know EPSG:6960.

    Notes
    -----
    PROJ would choose among the candidate transformations point by point, by their areas of use. Fixing one keeps a
    layer consistent across the province border.
    """
    return _transformer(pyproj.CRS.from_user_input(source).to_wkt(), pyproj.CRS.from_user_input(target).to_wkt())


@cache
def _transformer(source_wkt: str, target_wkt: str) -> pyproj.Transformer:
    source, target = pyproj.CRS.from_wkt(source_wkt), pyproj.CRS.from_wkt(target_wkt)
    crosses_vn2000 = is_vn2000(source) != is_vn2000(target)
    # PROJ warns where a better operation would need a grid that is not installed; none is needed for VN-2000
    with UNWARNED:
        group = TransformerGroup(
            source,
            target,
            always_xy=True,
            area_of_interest=_VIETNAM if crosses_vn2000 else None,
            allow_ballpark=not crosses_vn2000,
        )
    if not crosses_vn2000:
        return group.transformers[0]
    for candidate in group.transformers:
        if VN2000_TO_WGS84 in candidate.description:
            return candidate
    raise MissingDataError(
        "The installed PROJ database lacks transformation EPSG:6960 (VN-2000 to WGS 84). Install pyproj 3.6 or newer "
        "from its wheel."
    )


def is_vn2000(crs: pyproj.CRS) -> bool:
    """Tell whether a CRS rests on the datum VN-2000.

    Examples
    --------
    >>> is_vn2000(pyproj.CRS("EPSG:9207")), is_vn2000(pyproj.CRS("EPSG:32648"))
    (True, False)
    """
    geodetic = crs.geodetic_crs
    if geodetic is None or geodetic.datum is None:
        return False
    return geodetic.datum.name.removeprefix("D_").replace("_", " ") in ("Vietnam 2000", "Viet Nam 2000", "VN-2000")


def same_crs(first: pyproj.CRS | str, second: pyproj.CRS | str) -> bool:
    """Tell whether two CRS put a place at the same x and y, however they are written (EPSG code, ESRI .prj, CRS84)."""
    one, other = pyproj.CRS.from_user_input(first), pyproj.CRS.from_user_input(second)
    if one == other or one.equals(other, ignore_axis_order=True):
        return True
    code = one.to_epsg(min_confidence=70)
    return code is not None and code == other.to_epsg(min_confidence=70)


def transform(
    x: ArrayLike, y: ArrayLike, *, source: pyproj.CRS | str, target: pyproj.CRS | str
) -> tuple[FloatArray, FloatArray]:
    """Transform coordinates, x = longitude or easting, y = latitude or northing [° or m].

    Examples
    --------
    On its central meridian a TM-3 zone has the easting 500,000 m:

    >>> x, y = transform(500_000, 2_430_000, source="EPSG:9207", target="EPSG:4756")
    >>> round(float(x), 6), round(float(y), 3)
    (104.5, 21.968)
    """
    new_x, new_y = transformer(source, target).transform(
        np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    )
    return np.asarray(new_x, dtype=np.float64), np.asarray(new_y, dtype=np.float64)


def to_crs(frame: gpd.GeoDataFrame, crs: pyproj.CRS | str, *, layer: str = "layer") -> gpd.GeoDataFrame:
    """Bring a layer into another CRS, as a new frame in two dimensions with the same index and columns.

    Raises
    ------
    LayerError
        The layer has no CRS.
    """
    target = pyproj.CRS.from_user_input(crs)
    if frame.crs is None:
        raise LayerError(
            f"{layer}: the layer has no CRS. Write it into the file (QGIS: Set layer CRS) or as `crs` of the layer in "
            f"catalog.toml."
        )
    if frame.crs == target:
        return frame.set_geometry(shapely.force_2d(frame.geometry.to_numpy()), crs=target)
    step = transformer(frame.crs, target)

    def move(points: FloatArray) -> FloatArray:
        return np.column_stack(step.transform(points[:, 0], points[:, 1]))

    return frame.set_geometry(shapely.transform(frame.geometry.to_numpy(), move), crs=target)


def to_measure(frame: gpd.GeoDataFrame, crs_measure: pyproj.CRS | str, *, layer: str = "layer") -> gpd.GeoDataFrame:
    """Bring a layer into the metric CRS of the pack [m].

    Raises
    ------
    LayerError
        The layer has no CRS, or `crs_measure` does not measure in metres.
    """
    require_metres(crs_measure)
    return to_crs(frame, crs_measure, layer=layer)


def to_wgs84(frame: gpd.GeoDataFrame, *, layer: str = "layer") -> gpd.GeoDataFrame:
    """Bring a layer into WGS84 longitude and latitude [°] for maps, GeoJSON and KML."""
    return to_crs(frame, WGS84, layer=layer)


def require_metres(crs: pyproj.CRS | str) -> None:
    """Refuse a CRS that cannot measure: geographic, or not in metres, or Web Mercator (8 % too long at 22° N).

    Raises
    ------
    LayerError
        With the CRS and the repair.
    """
    known = pyproj.CRS.from_user_input(crs)
    if not _in_metres(known) or known.to_epsg() == 3857:
        raise LayerError(
            f"catalog: crs_measure {known.to_string()} does not measure in true metres. Name the projected CRS of the "
            f"province, such as {_example()}."
        )


def _example() -> str:
    """The system of the default country, for sentences."""
    code = read_profile().crs_hint
    named = {number: name for name, number in read_profile().crs_zones.items()}
    return f"{code} ({named[code]})" if code in named else code


def _in_metres(crs: pyproj.CRS) -> bool:
    return crs.is_projected and all(axis.unit_name in ("metre", "meter") for axis in crs.axis_info[:2])


def measures_truly(crs: pyproj.CRS, *, x: float, y: float) -> bool:
    """Tell whether a CRS can measure at a place: in metres, on a named datum, and true to scale within
    `SCALE_ERROR_MAX`.

    Parameters
    ----------
    crs
        Any CRS.
    x, y
        The place in that CRS.

    Notes
    -----
    The scale along the meridian and along the parallel, from PROJ: UTM 48N is 0.03 % off at its edge and passes; UTM
    47N, one zone too far west, is 0.3 % off and Web Mercator 8 %.
    """
    if not _in_metres(crs) or datum_fault(crs) is not None:
        return False
    projection = pyproj.Proj(crs)
    longitude, latitude = projection(x, y, inverse=True)
    if not (math.isfinite(longitude) and math.isfinite(latitude)):
        return False
    factors = projection.get_factors(longitude, latitude)
    return max(abs(factors.meridional_scale - 1), abs(factors.parallel_scale - 1)) < SCALE_ERROR_MAX


def datum_fault(crs: pyproj.CRS) -> str | None:
    """Say what is wrong with a CRS that would shift VN-2000 coordinates by up to 200 m, None where nothing is.

    Parameters
    ----------
    crs
        CRS as a file states it.

    Notes
    -----
    Three habits are caught: a datum that is not named (an ellipsoid alone: PROJ would not shift at all), a TM-3 grid
    (scale 0.9999 on a Vietnamese meridian) said to lie on WGS 84, and shift parameters of one's own that miss EPSG:6960
    by more than 2 m.
    """
    repair = (
        "If the coordinates are VN-2000, write the EPSG code of their central meridian "
        f"(such as {_example()}) into the file and the catalogue."
    )
    base = crs.source_crs if crs.is_bound and crs.source_crs is not None else crs
    datum = base.geodetic_crs.datum if base.geodetic_crs is not None else None
    if crs.is_bound:
        miss_m = _miss_of_own_shift_m(crs)
        return None if miss_m <= 2 else f"its own datum shift misses EPSG:6960 by {miss_m:.0f} m. {repair}"
    if datum is None or "unknown" in datum.name.lower() or "not specified" in datum.name.lower():
        return f"its CRS names no datum ({crs.name}). {repair}"
    if not is_vn2000(crs) and _is_tm3(base):
        return f"its CRS is a Vietnamese TM-3 grid on the datum {datum.name}, up to 200 m off. {repair}"
    return None


def _is_tm3(crs: pyproj.CRS) -> bool:
    operation = crs.coordinate_operation
    if operation is None or "Transverse Mercator" not in operation.method_name:
        return False
    values = {parameter.name: float(parameter.value or 0) for parameter in operation.params}
    return (
        values.get("Scale factor at natural origin") == 0.9999
        and 102 <= values.get("Longitude of natural origin", 0) <= 109
    )


def _miss_of_own_shift_m(crs: pyproj.CRS) -> float:
    if crs.source_crs is None or not _is_tm3(crs.source_crs):
        return 0.0
    # the same grid coordinates, once by the CRS's own shift and once as VN-2000 by EPSG:6960
    own = pyproj.Transformer.from_crs(crs, WGS84, always_xy=True)
    x, y = own.transform(104.75, 22.0, direction="INVERSE")
    plain = pyproj.Transformer.from_crs(crs.source_crs, crs.source_crs.geodetic_crs, always_xy=True)
    longitude, latitude = transform(*plain.transform(x, y), source="EPSG:4756", target=WGS84)
    return math.hypot(
        (float(longitude) - 104.75) * 111_320 * math.cos(math.radians(22)), (float(latitude) - 22) * 111_320
    )


def vn2000_points(
    northing_x_m: ArrayLike, easting_y_m: ArrayLike, *, crs: pyproj.CRS | str, layer: str = "layer"
) -> gpd.GeoSeries:
    """Make points of a Vietnamese coordinate table, where X is the northing and Y the easting [m].

    Parameters
    ----------
    northing_x_m, easting_y_m
        The columns X and Y of the table, (n,) [m].
    crs
        The VN-2000 projection that the table is written in (its header names the central meridian).
    layer
        Name for the message.

    Raises
    ------
    LayerError
        X and Y stand in mathematical order: in Vietnam a northing is above 900 km and a TM-3 easting below it.
    """
    north = np.asarray(northing_x_m, dtype=np.float64)
    east = np.asarray(easting_y_m, dtype=np.float64)
    swapped = (east > 900_000) & (north < 900_000)
    if swapped.any():
        raise LayerError(
            f"{layer}: {int(swapped.sum())} of {len(north)} rows have X below Y; in a VN-2000 table X is the northing "
            f"(8.5° to 23.4° N: "
            "940,000 to 2,590,000 m) and Y the easting. Exchange the two columns."
        )
    return gpd.GeoSeries(gpd.points_from_xy(east, north), crs=crs)


def crs_name(crs: pyproj.CRS | str) -> str:
    """Name and code of a CRS.

    Examples
    --------
    >>> crs_name("EPSG:32736")
    'WGS 84 / UTM zone 36S (EPSG:32736)'
    """
    known = pyproj.CRS.from_user_input(crs)
    authority = known.to_authority()
    return f"{known.name} ({':'.join(authority)})" if authority else known.name
