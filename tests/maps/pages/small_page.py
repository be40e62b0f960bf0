"""A small page with every part: three places, a line, a commune, a hostile name."""

import geopandas as gpd
from shapely.geometry import LineString, Point, Polygon

from infragap.maps.pages.page import (
    Card,
    Counted,
    Fact,
    Field,
    Filter,
    Layer,
    Option,
    Options,
    Page,
    Ranking,
    Related,
    Section,
    Style,
    Weight,
)

HOSTILE = "<script>alert(1)</script>{{7*7}}</script><img src=x onerror=alert(2)>"


def both(vietnamese: str, english: str) -> dict[str, str]:
    return {"vi": vietnamese, "en": english}


HOUSEHOLDS = Field("households", both("S\u1ed1 h\u1ed9", "Households"), both("h\u1ed9", "households"), 0, summed=True)
SHARE = Field("share", both("Ph\u1ea7n", "Share"))
YEAR = Field("year", both("N\u0103m", "Year"), None, 0, plain=True)
NAME = Field("name", both("T\u00ean", "Name"))


def small_page() -> Page:
    points = gpd.GeoDataFrame(
        {
            "place_id": ["V1", "V2", "V3"],
            "name": ["L\u00f9ng C\u00fang", "\u0110\u00e1 \u0110en", HOSTILE],
            "commune": ["N\u1eadm C\u00f3", "N\u1eadm C\u00f3", "Lao Ch\u1ea3i"],
            "legacy": ["N\u1eadm C\u00f3 c\u0169", "", ""],
            "households": [219, 60, 1005],
            "share": [1.5, float("nan"), float("inf")],
            "choice": ["grid", "hydro", "grid"],
            "year": [2027, 2026, 2027],
            "rank": [2, 1, 3],
            "cost_grid": [10.0, 30.0, None],
            "cost_hydro": [20.0, 3.0, None],
            "out_vi": ["", "", "kh\u00f4ng c\u00f3 tuy\u1ebfn"],
            "out_en": ["", "", "no line"],
            "error_m": [3000.0, 0.0, 0.0],
            "reason_vi": ["K\u00e9o 12,5 km \u0111\u01b0\u1eddng d\u00e2y.", "Su\u1ed1i g\u1ea7n.", HOSTILE],
            "reason_en": ["12.5 km of line.", "A stream is near.", HOSTILE],
            "provenance": ["modelled"] * 3,
        },
        geometry=[Point(104.25, 21.89), Point(104.30, 21.87), Point(104.0, 21.8)],
        crs="EPSG:4326",
    )
    lines = gpd.GeoDataFrame(
        {"line_id": ["L1"], "to": ["V1"], "year": [2027]},
        geometry=[LineString([(104.2, 21.8), (104.25, 21.89)])],
        crs="EPSG:4326",
    )
    areas = gpd.GeoDataFrame(
        {"code": ["1"], "name": ["N\u1eadm C\u00f3"], "merged_from": ["X\u00e3 C\u1ed1c L\u1ebfu"]},
        geometry=[Polygon([(104, 21.7), (104.4, 21.7), (104.4, 22), (104, 22)])],
        crs="EPSG:4326",
    )
    looks = {
        "grid": (both("L\u01b0\u1edbi", "Grid"), {"fillColor": "#012b6a", "shape": "circle"}),
        "hydro": (both("Th\u1ee7y \u0111i\u1ec7n", "Hydro"), {"fillColor": "#047b71", "shape": "diamond"}),
        "solar_home": (both("M\u1eb7t tr\u1eddi", "Solar"), {"fillColor": "#fffcde", "shape": "triangle"}),
    }
    out = Field("out", both("", ""), columns={"vi": "out_vi", "en": "out_en"})
    options = Options(
        "choice",
        (both("V\u00f2ng \u0111\u1eddi", "Life cycle"),),
        tuple(
            Option(code, looks[code][0] or both("", ""), (Field(f"cost_{code}", both("", "")),), out)
            for code in ("grid", "hydro")
        ),
    )
    card = Card(
        "name",
        ("commune",),
        (Section(both("S\u1ed1 li\u1ec7u", "Values"), (HOUSEHOLDS, SHARE, YEAR)),),
        options=options,
        reason=True,
        accuracy="error_m",
        related=(Related("lines", "place_id", "to"),),
    )
    rows = Counted("points")
    return Page(
        id="small",
        title=both("\u0110i\u1ec7n n\u00f4ng th\u00f4n", "Rural electricity"),
        notice=both("d\u1eef li\u1ec7u m\u00f4 ph\u1ecfng", "modelled data"),
        source=both("Ngu\u1ed3n: th\u1eed", "Source: test"),
        facts=[
            Fact(both("S\u1ed1 n\u01a1i", "Places"), 3, None, 0, (rows,)),
            Fact(
                both("H\u1ed9", "Households"),
                1284,
                both("h\u1ed9", "households"),
                0,
                (Counted("points", total="households"),),
            ),
            Fact(both("C\u1eadn d\u01b0\u1edbi", "Bound"), 7.5, None, 1),
        ],
        layers=[
            Layer(
                "areas",
                both("X\u00e3", "Communes"),
                areas,
                Style({"color": "#333", "fillOpacity": 0}),
                Card("name", (), ()),
                key="code",
                search=("name", "merged_from"),
                label="name",
            ),
            Layer(
                "lines",
                both("\u0110\u01b0\u1eddng d\u00e2y", "Lines"),
                lines,
                Style({"color": "#f22227"}),
                Card("line_id", (), ()),
                key="line_id",
                filtered=True,
            ),
            Layer(
                "points",
                both("Th\u00f4n", "Villages"),
                points,
                Style({"weight": 1, "radius": 9}, by="choice", values=looks),
                card,
                key="place_id",
                search=("name", "commune", "place_id"),
                filtered=True,
            ),
        ],
        filters=[
            Filter("choice", both("Ph\u01b0\u01a1ng \u00e1n", "Choice"), {k: v[0] or {} for k, v in looks.items()}),
            Filter("year", both("N\u0103m", "Year")),
        ],
        ranking=Ranking(
            "points",
            "rank",
            "name",
            both("h\u1ea1ng", "rank"),
            (HOUSEHOLDS,),
            (Weight("households", both("H\u1ed9", "Households"), False),),
            (NAME, HOUSEHOLDS, SHARE, YEAR),
        ),
        links=[
            ("small.html", both("\u0110i\u1ec7n", "Electricity"), True),
            ("other.html", both("N\u01b0\u1edbc", "Water"), False),
        ],
    )
