"""The small map of a commune sheet: the commune among its neighbours, lines, works, schools, and the numbers of the
lists."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from infragap.maps import colours
from infragap.maps.sheets.sheet import Mark, Picture, Text
from infragap.maps.sheets.source import Source
from infragap.wording.catalogue import in_each_language, languages
from infragap.wording.codes import code_words

WIDTH_MM, HEIGHT_MM = 104.0, 92.0
KM_PER_DEGREE = 111.195
"""Of a great circle; at the scale of a commune the error is below 1 ‰."""
SPARE = 0.06
"""Room around the commune as a share of its extent."""
SIMPLE_MM = 0.12
SCALE_KM = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
SCALE_MM_MAX = 30.0
Legend = dict[str, tuple[Mark, Text]]
ORIGIN = (((0.0, 0.0),),)


LETTER_MM = 1.3
"""Width of a letter of a commune's name."""
NUMBER_MM = (4.5, 2.4)
"""Width and height of a number beside a place."""
BESIDE = ((2.4, -1.2), (-2.4, -1.2), (2.4, 2.6), (-2.4, 2.6), (0.0, -2.2), (0.0, 3.8))
"""Where a number may stand, from its place to its middle [mm]."""
NORTH_BOX = (2.0, 2.5, 10.0, 14.5)
SCALE_BOX = (1.0, HEIGHT_MM - 5.5, SCALE_MM_MAX + 16.0, HEIGHT_MM - 1.0)
"""Left, top, right and bottom [mm] of what lies behind north arrow and scale bar."""


class _Paper:
    """From degrees to millimetres of one commune's map: `view` is the window in degrees."""

    def __init__(self, shape: Any) -> None:
        west, south, east, north = shape.bounds
        self.squeeze = math.cos(math.radians((south + north) / 2))
        wide_km = max(east - west, 1e-3) * self.squeeze * KM_PER_DEGREE * (1 + 2 * SPARE)
        high_km = max(north - south, 1e-3) * KM_PER_DEGREE * (1 + 2 * SPARE)
        self.mm_per_km = min(WIDTH_MM / wide_km, HEIGHT_MM / high_km)
        self.middle = ((west + east) / 2, (south + north) / 2)
        self.window = shapely.box(0, 0, WIDTH_MM, HEIGHT_MM)
        half_high = HEIGHT_MM / 2 / self.mm_per_km / KM_PER_DEGREE
        half_wide = WIDTH_MM / 2 / self.mm_per_km / KM_PER_DEGREE / self.squeeze
        x, y = self.middle
        self.view = shapely.box(x - half_wide, y - half_high, x + half_wide, y + half_high)

    def within(self, frame: gpd.GeoDataFrame, columns: Sequence[str] = ()) -> gpd.GeoDataFrame:
        """Features that touch the window, with some of their columns."""
        touching = np.sort(frame.sindex.query(self.view, predicate="intersects"))
        return frame[[*columns, "geometry"]].iloc[touching]

    def drawn(self, shape: Any) -> Any:
        """Shape, or each of an array of them, in millimetres, cut to the window and simplified to what can be seen."""
        moved = shapely.transform(shape, self._moved)
        return shapely.intersection(shapely.make_valid(shapely.simplify(moved, SIMPLE_MM)), self.window)

    def _moved(self, points: np.ndarray) -> np.ndarray:
        scale = KM_PER_DEGREE * self.mm_per_km
        x = WIDTH_MM / 2 + (points[:, 0] - self.middle[0]) * self.squeeze * scale
        y = HEIGHT_MM / 2 - (points[:, 1] - self.middle[1]) * scale
        return np.column_stack([x, y])


def picture(source: Source, code: str, numbers: Mapping[str, str]) -> Picture:
    """Draw the map of a commune.

    Parameters
    ----------
    source
        Layers of the run.
    code
        The commune.
    numbers
        Id of a settlement, work or school → its number in the lists, written beside it.
    """
    communes = source.communes
    own = communes.loc[communes["commune_code"] == code]
    paper = _Paper(own.geometry.iloc[0])
    marks = [*_ground(communes, code, paper)]
    legend: Legend = {}
    for maker in (_existing, _planned, _pipes, _settlements, _works, _schools):
        marks += maker(source, code, paper, legend)
    taken: list[tuple[float, float]] = []
    for layer, key in (
        ("electricity_settlements", "settlement_id"),
        ("water_works", "work_id"),
        ("schools_sites", "school_id"),
    ):
        marks += _numbers(source.layers.get(layer), key, numbers, paper, taken)
    marks += [Mark("area", (_box(*place),), fill="#ffffff") for place in (NORTH_BOX, SCALE_BOX)]
    scale_km = max((km for km in SCALE_KM if km * paper.mm_per_km <= SCALE_MM_MAX), default=SCALE_KM[0])
    return Picture(WIDTH_MM, HEIGHT_MM, tuple(marks), tuple(legend.values()), scale_km, scale_km * paper.mm_per_km)


def _ground(communes: gpd.GeoDataFrame, code: str, paper: _Paper) -> Iterator[Mark]:
    communes = paper.within(communes, ("commune_code", "name"))
    own = communes["commune_code"] == code
    for shape, name in zip(communes.geometry[~own], communes["name"][~own], strict=True):
        part = paper.drawn(shape)
        if part.is_empty or not _rings(part):
            continue
        yield Mark("area", _rings(part), fill="#eceff0", stroke="#9aa7ad", width=0.2)
        middle = shapely.maximum_inscribed_circle(part) if part.area > 60 else None
        if middle is not None and _is_inside(middle.coords[0][0], middle.coords[0][1], name):
            yield Mark("label", (((middle.coords[0][0], middle.coords[0][1]),),), stroke="#6b7a82", size=2.3, text=name)
    for shape in communes.geometry[own]:
        yield Mark("area", _rings(paper.drawn(shape)), fill="#ffffff", stroke=colours.BORDER, width=0.6)


def _box(left: float, top: float, right: float, bottom: float) -> tuple[tuple[float, float], ...]:
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def _is_inside(x: float, y: float, name: str) -> bool:
    """Whether a name stands whole on the map, clear of north arrow and scale bar."""
    half = LETTER_MM * len(name) / 2
    over_north = x - half < NORTH_BOX[2] and y < NORTH_BOX[3] + 2
    over_scale = x - half < SCALE_BOX[2] and y > SCALE_BOX[1] - 1
    return half < x < WIDTH_MM - half and not over_north and not over_scale


def _rings(shape: Any) -> tuple[tuple[tuple[float, float], ...], ...]:
    """Rings of all polygons of a shape."""
    parts = [part for part in shapely.get_parts(shape).tolist() if part.geom_type in ("Polygon", "MultiPolygon")]
    polygons = [one for part in parts for one in getattr(part, "geoms", [part])]
    return tuple(_points(ring) for one in polygons for ring in (one.exterior, *one.interiors) if not one.is_empty)


def _points(shape: Any) -> tuple[tuple[float, float], ...]:
    return tuple((round(float(x), 2), round(float(y), 2)) for x, y in shapely.get_coordinates(shape))


def _lines(
    frame: gpd.GeoDataFrame | None,
    paper: _Paper,
    look: Callable[[Mapping[str, object]], tuple[Mark, Text]],
    legend: Legend,
    columns: Sequence[str] = (),
) -> Iterator[Mark]:
    """Marks of lines; `look` is asked with the columns named."""
    if frame is None:
        return
    within = paper.within(frame, columns)
    shapes = paper.drawn(within.geometry.to_numpy())
    for row, shape in zip(within.to_dict("records"), shapes, strict=True):
        parts = shapely.get_parts(shape).tolist()
        courses = [part for part in parts if part.geom_type == "LineString" and part.length > 0]
        if courses:
            mark, words = look(row)
            legend.setdefault(words[languages()[0]], (replace(mark, rings=ORIGIN), words))
            for part in courses:
                yield replace(mark, rings=(_points(part),))


def _existing(source: Source, code: str, paper: _Paper, legend: Legend) -> Iterator[Mark]:
    def look(row: Mapping[str, object]) -> tuple[Mark, Text]:
        voltage = f"{row['voltage_kv']:g}"
        colour, width = colours.voltages().get(voltage, (colours.UNKNOWN, 1.2))
        return Mark("line", (), stroke=colour, width=width / 4), in_each_language(
            "maps.sheet.existing", voltage=voltage
        )

    yield from _lines(source.layers.get("electricity_existing_grid"), paper, look, legend, ("voltage_kv",))


def _planned(source: Source, code: str, paper: _Paper, legend: Legend) -> Iterator[Mark]:
    mark = Mark("line", (), stroke=colours.PLANNED_LINE, width=0.7, dash=(1.6, 0.8))
    words = in_each_language("maps.layer.lines")
    yield from _lines(source.layers.get("electricity_lines"), paper, lambda row: (mark, words), legend)


def _pipes(source: Source, code: str, paper: _Paper, legend: Legend) -> Iterator[Mark]:
    mark, words = Mark("line", (), stroke=colours.PIPE, width=0.5), in_each_language("maps.layer.pipes")
    yield from _lines(source.layers.get("water_pipes"), paper, lambda row: (mark, words), legend)


def _own(frame: gpd.GeoDataFrame | None, code: str) -> list[dict[Any, Any]]:
    """Rows of a commune with what a map asks of them."""
    if frame is None:
        return []
    asked = [column for column in ("choice", "kind", "geometry") if column in frame]
    rows: list[dict[Any, Any]] = frame.loc[frame["commune_code"] == code, asked].to_dict("records")
    return rows


def _places(
    frame: gpd.GeoDataFrame | None,
    code: str,
    paper: _Paper,
    look: Callable[[Mapping[str, object]], tuple[Mark, Text]],
    legend: Legend,
) -> Iterator[Mark]:
    """Markers of a commune's own places."""
    for row in _own(frame, code):
        place = paper.drawn(row["geometry"])
        if not place.is_empty:
            mark, words = look(row)
            legend.setdefault(words[languages()[0]], (replace(mark, rings=ORIGIN), words))
            yield replace(mark, rings=(_points(place),))


def _settlements(source: Source, code: str, paper: _Paper, legend: Legend) -> Iterator[Mark]:
    def look(row: Mapping[str, object]) -> tuple[Mark, Text]:
        choice = str(row["choice"])
        if choice not in colours.CHOICES:
            return Mark("circle", (), fill=colours.UNKNOWN, stroke="#1c2b33"), in_each_language("maps.sheet.no_choice")
        shape = colours.CHOICE_SHAPES[choice]
        return Mark(shape, (), fill=colours.CHOICES[choice], stroke="#1c2b33"), code_words("choice", choice)

    yield from _places(source.layers.get("electricity_settlements"), code, paper, look, legend)


def _works(source: Source, code: str, paper: _Paper, legend: Legend) -> Iterator[Mark]:
    def look(row: Mapping[str, object]) -> tuple[Mark, Text]:
        kind = str(row["kind"])
        family, shape = colours.WORK_MARKS[kind]
        return (
            Mark(shape, (), fill=colours.WORKS[family], stroke="#000000", width=0.3),
            code_words("kind", kind, "water.works"),
        )

    yield from _places(source.layers.get("water_works"), code, paper, look, legend)


def _schools(source: Source, code: str, paper: _Paper, legend: Legend) -> Iterator[Mark]:
    def look(row: Mapping[str, object]) -> tuple[Mark, Text]:
        kind = str(row["kind"])
        mark = Mark(colours.SCHOOL_SHAPES[kind], (), fill=colours.SCHOOL_KINDS[kind], stroke="#000000", size=1.9)
        return mark, code_words("kind", kind, "schools.sites")

    yield from _places(source.layers.get("schools_sites"), code, paper, look, legend)


def _numbers(
    frame: gpd.GeoDataFrame | None,
    key: str,
    numbers: Mapping[str, str],
    paper: _Paper,
    taken: list[tuple[float, float]],
) -> Iterator[Mark]:
    """Numbers of the lists beside their places, where no other number stands yet."""
    for row in frame.loc[frame[key].isin(numbers), [key, "geometry"]].to_dict("records") if frame is not None else []:
        place = paper.drawn(row["geometry"])
        if not place.is_empty:
            x, y = _points(place)[0]
            spots = [(round(x + right, 2), round(y + down, 2)) for right, down in BESIDE]
            free = [spot for spot in spots if not any(_is_near(spot, other) for other in taken)]
            taken.append((free or spots)[0])
            yield Mark("label", ((taken[-1],),), stroke="#111111", size=2.5, text=numbers[row[key]])


def _is_near(a: tuple[float, float], b: tuple[float, float]) -> bool:
    return abs(a[0] - b[0]) < NUMBER_MM[0] and abs(a[1] - b[1]) < NUMBER_MM[1]
