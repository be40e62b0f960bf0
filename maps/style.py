"""Colours, labels and line styles: one place for the pages, the GeoPackage and the legends."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import quoteattr

import geopandas as gpd

Text = tuple[str, str]

CHOICES: Mapping[str, tuple[Text, str]] = {
    "grid": (("Kéo lưới điện", "Grid extension"), "#1f5fb4"),
    "minigrid": (("Lưới nhỏ mặt trời – pin", "Solar-battery mini-grid"), "#f28e00"),
    "hydro": (("Thủy điện nhỏ", "Small hydro"), "#12937f"),
    "solar_home": (("Điện mặt trời hộ", "Solar home systems"), "#d6336c"),
}
NO_CHOICE: Text = ("chưa xét (không có hộ)", "not planned (no households)")
SUPPLY: Mapping[str, Text] = {
    "none": ("chưa có điện", "no supply"),
    "solar_home": ("đã có bộ điện mặt trời hộ", "solar home systems"),
    "unsafe": ("câu đuôi, không an toàn", "unsafe self-made wires"),
}
KINDS: Mapping[str, Text] = {"village": ("thôn, bản", "village"), "cluster": ("cụm dân cư", "residential cluster")}
PROVENANCE: Mapping[str, Text] = {
    "official": ("chính thức", "official"),
    "open-data": ("dữ liệu mở", "open data"),
    "modelled": ("mô phỏng", "modelled"),
}
INTERIM: Mapping[str, Text] = {
    "donated_kits": ("bộ điện mặt trời được tài trợ đã có", "donated home systems"),
    "pico_hydro": ("thủy điện cực nhỏ", "pico hydro"),
    "small_kits": ("bộ điện mặt trời hộ bậc 2", "home systems of tier 2"),
}
SCENARIOS: Mapping[str, str] = {
    "plan": "phương án của lần chạy này",
    "all_on_grid": "nối lưới toàn bộ",
    "no_hydro": "không dùng thủy điện nhỏ",
    "forest_price": "được qua rừng, có trả tiền",
    "forest_ignore": "bỏ qua quy định về rừng",
    "discount_6_pct": "suất chiết khấu 6 %",
    "discount_12_pct": "suất chiết khấu 12 %",
    "demand_tier4": "bảo đảm bậc 4 từ năm đầu",
    "demand_tier5": "bảo đảm bậc 5 từ năm đầu",
    "voltage_kept": "giữ điện áp: nhánh chỉ cứu được bằng nguồn ngoài lưới thì không kéo, các biện pháp khác tính vào chi phí",
}
VOLTAGE_STATUS: Mapping[str, Text] = {
    "ok": ("đạt", "within the limit"),
    "no_solution": (
        "không tính được: lộ hiện có quá tải hoặc quá dài",
        "no solution: the existing feeder is far beyond its reach",
    ),
    "overloaded": ("dây dẫn quá tải", "conductor overloaded"),
    "weak_at_tap": (
        "lộ hiện có đã vượt giới hạn tại điểm đấu nối",
        "the existing feeder is beyond the limit at the tap",
    ),
    "too_long": ("nhánh mới quá dài so với tải", "the new line is too long for its load"),
}
VOLTAGE_HOLDS: Mapping[str, tuple[Text, Mapping[str, str]]] = {
    "yes": (("giữ được điện áp", "voltage holds"), {"color": "#e53935"}),
    "no": (("sụt áp quá giới hạn, cần biện pháp", "beyond the voltage limit, needs a remedy"), {"color": "#6d1b7b"}),
}
VOLTAGE_BASIS: Mapping[str, Text] = {
    "known": ("đã công bố phụ tải; theo tuyến đã vẽ", "load published; drawn course"),
    "course_assumed": (
        "đã công bố phụ tải; chưa vẽ tuyến, giả định đi thẳng",
        "load published; course not drawn, straight way assumed",
    ),
    "load_unknown": (
        "chưa công bố phụ tải nên tổn thất tính thấp hơn thực tế; theo tuyến đã vẽ",
        "load not published, drop understated; drawn course",
    ),
    "course_assumed_load_unknown": (
        "chưa công bố phụ tải nên tổn thất tính thấp hơn thực tế; chưa vẽ tuyến, giả định đi thẳng",
        "load not published, drop understated; course not drawn, straight way assumed",
    ),
}
SCHOOL_STATUS: Mapping[str, Text] = {
    "existing": ("hiện có", "existing"),
    "upgrade": ("nâng cấp", "upgrade"),
    "planned": ("xây mới", "planned"),
}
SCHOOL_LEVELS: Mapping[str, Text] = {
    "primary+lower_secondary": ("tiểu học và THCS", "primary and lower secondary"),
    "lower_secondary": ("THCS", "lower secondary"),
    "lower_secondary+upper_secondary": ("THCS và THPT", "lower and upper secondary"),
    "primary+lower_secondary+upper_secondary": ("ba cấp", "all three levels"),
    "upper_secondary": ("THPT", "upper secondary"),
}
VOLTAGES: Mapping[str, tuple[Text, str, float]] = {
    "500": (("500 kV", "500 kV"), "#7b1fa2", 2.4),
    "220": (("220 kV", "220 kV"), "#ad1457", 2.2),
    "110": (("110 kV", "110 kV"), "#d32f2f", 2.0),
    "35": (("35 kV", "35 kV"), "#1f3f7a", 1.4),
    "22": (("22 kV", "22 kV"), "#2e7d32", 1.2),
}
COVERAGE_LEVELS: Mapping[str, tuple[Text, str]] = {
    "safely_piped": (("nước máy đạt quy chuẩn", "piped, to standard"), "#0b6fa4"),
    "piped": (("nước máy chưa đạt", "piped, below standard"), "#6db7e0"),
    "basic": (("hợp vệ sinh", "basic"), "#f0b429"),
    "none": (("chưa có", "none"), "#c0392b"),
}
FUNCTIONALITY: Mapping[str, tuple[Text, str]] = {
    "sustainable": (("bền vững", "sustainable"), "#1a7f37"),
    "fairly_sustainable": (("tương đối bền vững", "fairly sustainable"), "#8fbf3f"),
    "unsustainable": (("kém bền vững", "unsustainable"), "#ef8a17"),
    "not_working": (("không hoạt động", "not working"), "#b3261e"),
}
WORKS: Mapping[str, tuple[Text, str]] = {
    "repair": (("sửa chữa, xử lý nước", "repair or treat"), "#8e44ad"),
    "extend": (("mở rộng", "extend"), "#1f5fb4"),
    "new": (("xây mới", "new scheme"), "#12937f"),
}
SCHOOL_KINDS: Mapping[str, tuple[Text, str]] = {
    "border_boarding": (("nội trú biên giới (9 trường)", "border boarding school"), "#c2185b"),
    "ethnic_boarding": (("dân tộc nội trú", "ethnic boarding school"), "#7b3fb5"),
    "upper_secondary": (("trung học phổ thông", "upper-secondary school"), "#33691e"),
    "new_upper_secondary": (("trung học phổ thông mới", "new upper-secondary school"), "#ef6c00"),
}

TIME_COLOURS = ("#1a9850", "#a6d96a", "#fee08b", "#f46d43", "#a50026")
"""Travel time from short to long."""

MODELLED_NOTICE: Text = ("dữ liệu mô phỏng – không phải khảo sát", "modelled data – not a survey")


def choice_label(choice: object) -> Text:
    """Label of a choice; a settlement without households has none."""
    return CHOICES[choice][0] if isinstance(choice, str) and choice in CHOICES else NO_CHOICE


_CATEGORIES: Mapping[str, tuple[str, Mapping[str, tuple[str, str]]]] = {
    "electricity_settlements": ("choice", {k: (label[0], colour) for k, (label, colour) in CHOICES.items()}),
    "electricity_lines": ("", {"": ("", "#e53935")}),
    "electricity_existing_grid": ("voltage_kv", {k: (label[0], colour) for k, (label, colour, _) in VOLTAGES.items()}),
    "water_villages": ("level", {k: (label[0], colour) for k, (label, colour) in COVERAGE_LEVELS.items()}),
    "water_schemes": ("functionality", {k: (label[0], colour) for k, (label, colour) in FUNCTIONALITY.items()}),
    "water_works": ("kind", {k: (label[0], colour) for k, (label, colour) in WORKS.items()}),
    "schools_sites": ("kind", {k: (label[0], colour) for k, (label, colour) in SCHOOL_KINDS.items()}),
}
"""Layer → column, and value → Vietnamese label and colour."""


def qgis_style(layer: str, frame: gpd.GeoDataFrame) -> str:
    """QML document of a layer: one symbol per category with the colours of the pages; empty where there is none."""
    if layer not in _CATEGORIES or not len(frame):
        return ""
    column, colours = _CATEGORIES[layer]
    shape = {"Point": "marker", "LineString": "line", "MultiLineString": "line"}.get(frame.geom_type.iloc[0], "fill")
    symbols = "".join(_symbol(str(i), shape, colour) for i, (_, colour) in enumerate(colours.values()))
    if not column or column not in frame.columns:
        renderer = f'<renderer-v2 type="singleSymbol"><symbols>{symbols}</symbols></renderer-v2>'
    else:
        categories = "".join(
            f'<category symbol="{i}" value={quoteattr(value)} label={quoteattr(label)} render="true"/>'
            for i, (value, (label, _)) in enumerate(colours.items())
        )
        renderer = (
            f'<renderer-v2 type="categorizedSymbol" attr={quoteattr(column)}>'
            f"<categories>{categories}</categories><symbols>{symbols}</symbols></renderer-v2>"
        )
    return f'<!DOCTYPE qgis><qgis version="3.28" styleCategories="Symbology">{renderer}</qgis>'


def _symbol(name: str, shape: str, colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    kind, key = {
        "marker": ("SimpleMarker", "color"),
        "line": ("SimpleLine", "line_color"),
        "fill": ("SimpleFill", "color"),
    }[shape]
    return (
        f'<symbol name="{name}" type="{shape}" alpha="1"><layer class="{kind}" enabled="1">'
        f'<Option type="Map"><Option name="{key}" type="QString" value="{red},{green},{blue},255"/></Option></layer></symbol>'
    )
