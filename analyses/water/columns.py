"""Columns of the water tables: unit, meaning, Vietnamese heading and origin."""

from __future__ import annotations

from infragap.analyses.columns import Column

_CODE = Column("commune_code", "-", "commune code", "Mã xã", "villages.commune_code")
_COMMUNE = Column("commune", "-", "commune", "Xã, phường", "communes.name")
_PROVENANCE = Column("provenance", "-", "what the row rests on", "Nguồn gốc dữ liệu", "layers in the catalogue")
_LONGITUDE = Column("longitude", "°", "WGS84", "Kinh độ", "geometry of the layer")
_LATITUDE = Column("latitude", "°", "WGS84", "Vĩ độ", "geometry of the layer")

_LEVELS = (
    Column(
        "people_piped_to_standard",
        "people",
        "on a working scheme whose water meets QCVN 01-1",
        "Người dùng nước máy đạt quy chuẩn",
        "water_schemes, reach_km, service_unsustainable_pct, demand_l_per_person_day",
    ),
    Column(
        "people_own_source_to_standard",
        "people",
        "own source that meets QCVN 01-1",
        "Người dùng nguồn riêng đạt quy chuẩn",
        "water_households.own_source_to_standard_pct",
    ),
    Column(
        "people_piped",
        "people",
        "on a working scheme below the standard",
        "Người dùng nước máy chưa đạt",
        "water_schemes.meets_standard",
    ),
    Column(
        "people_basic",
        "people",
        "basic (hygienic) water only",
        "Người dùng nước hợp vệ sinh khác",
        "water_households.basic_pct",
    ),
    Column(
        "people_none", "people", "not even basic water", "Người chưa có nước hợp vệ sinh", "water_households.basic_pct"
    ),
    Column(
        "to_standard_pct",
        "%",
        "people with water to standard",
        "Tỷ lệ đạt quy chuẩn (%)",
        "people_piped_to_standard + people_own_source_to_standard",
    ),
    Column("basic_pct", "%", "people with at least basic water", "Tỷ lệ hợp vệ sinh (%)", "population − people_none"),
)

VILLAGES = (
    Column("village_id", "-", "identifier", "Mã thôn", "villages.village_id"),
    Column("name", "-", "village", "Thôn, bản", "villages.name"),
    _CODE,
    _COMMUNE,
    Column("is_rural", "-", "lies in a xã, so counts for the rural rate", "Nông thôn", "communes.kind"),
    Column("households", "households", "households", "Số hộ", "villages.households"),
    Column("population", "people", "people", "Số người", "villages.population"),
    Column("level", "-", "level that most of its people have", "Mức phục vụ", "people_* columns"),
    *_LEVELS,
    Column("scheme", "-", "scheme that serves most of its households", "Công trình chính", "water_schemes.name"),
    Column(
        "nearest_source_km",
        "km",
        "shortest main from a scheme or new source that can reach it",
        "Tuyến ống ngắn nhất (km)",
        "elevation, reach_km",
    ),
    Column("work_id", "-", "chosen work that serves it", "Công trình đề xuất", "water_works"),
    Column(
        "people_gained",
        "people",
        "people brought to the standard by chosen works",
        "Người được nâng lên đạt chuẩn",
        "water_works",
    ),
    _PROVENANCE,
    _LONGITUDE,
    _LATITUDE,
)

COMMUNES = (
    Column(
        "rank",
        "-",
        "1 = largest gap: people without water to standard, the poor counted more",
        "Hạng",
        "people_without_standard, poverty_rate_pct, poverty_weight",
    ),
    _CODE,
    _COMMUNE,
    Column("is_rural", "-", "xã, so counts for the rural rate", "Nông thôn", "communes.kind"),
    Column("population", "people", "people of its villages", "Số người", "villages.population"),
    *_LEVELS,
    Column(
        "people_without_standard",
        "people",
        "people without water to standard",
        "Người chưa có nước sạch đạt chuẩn",
        "population, people_* columns",
    ),
    Column("poverty_rate_pct", "%", "poor households", "Tỷ lệ hộ nghèo (%)", "communes.poverty_rate_pct"),
    Column("hot_spot", "-", "village with most people without water to standard", "Điểm nóng", "water_villages"),
    Column(
        "hot_spot_people",
        "people",
        "its people without water to standard",
        "Người thiếu nước ở điểm nóng",
        "water_villages",
    ),
    Column("works", "works", "chosen works in the commune", "Số công trình đề xuất", "water_works"),
    Column(
        "people_gained",
        "people",
        "people brought to the standard by chosen works",
        "Người được nâng lên đạt chuẩn",
        "water_works",
    ),
    Column(
        "to_standard_after_pct",
        "%",
        "people with water to standard after the works",
        "Tỷ lệ đạt chuẩn sau đầu tư (%)",
        "people_gained",
    ),
    Column("reason_vi", "-", "why it ranks there", "Lý do", "the columns before"),
    _PROVENANCE,
)

WORKS = (
    Column("rank", "-", "1 = most people per million VND", "Hạng", "people_gained, cost_mvnd"),
    Column("work_id", "-", "identifier", "Mã công trình", "order of candidates"),
    Column("kind", "-", "repair, extend or new", "Loại", "candidates"),
    Column(
        "name", "-", "scheme, or the village that a new one serves first", "Tên", "water_schemes.name, villages.name"
    ),
    Column(
        "scheme_id", "-", "existing scheme; empty for a new one", "Mã công trình hiện có", "water_schemes.scheme_id"
    ),
    _CODE,
    _COMMUNE,
    Column(
        "households_gained",
        "households",
        "households brought to the standard",
        "Số hộ được nâng lên",
        "capacity, villages in reach",
    ),
    Column(
        "people_gained",
        "people",
        "people brought to the standard",
        "Số người được nâng lên",
        "households_gained, villages",
    ),
    Column("villages", "villages", "villages that it serves", "Số thôn", "elevation, reach_km"),
    Column(
        "capacity_households",
        "households",
        "households that source or plant suffices for",
        "Công suất (hộ)",
        "water_schemes.capacity_m3_day, runoff, dry_season_safety",
    ),
    Column("main_km", "km", "longest main to a served village", "Tuyến ống dài nhất (km)", "elevation"),
    Column(
        "static_head_m",
        "m",
        "greatest static head at a served village",
        "Chênh cao lớn nhất (m)",
        "elevation, source_elevation_m",
    ),
    Column("break_tanks", "tanks", "break-pressure tanks", "Bể giảm áp", "static_head_m, pressure_zone_m"),
    Column("cost_mvnd", "mvnd", "investment at 2026 prices", "Vốn đầu tư (triệu đồng)", "*_mvnd parameters"),
    Column(
        "cost_per_person_mvnd",
        "mvnd/person",
        "investment per person gained",
        "Suất đầu tư/người (triệu đồng)",
        "cost_mvnd, people_gained",
    ),
    Column(
        "in_plan_2026_2030",
        "-",
        "listed by the province for 2026-2030",
        "Có trong danh mục 2026–2030",
        "water_schemes.in_plan_2026_2030",
    ),
    Column("reason_vi", "-", "why it is chosen", "Lý do", "the columns before"),
    _PROVENANCE,
    _LONGITUDE,
    _LATITUDE,
)

SCHEMES = (
    Column("scheme_id", "-", "identifier", "Mã công trình", "water_schemes"),
    Column("name", "-", "name", "Tên công trình", "water_schemes"),
    _CODE,
    _COMMUNE,
    Column("kind", "-", "gravity, pumped or urban plant", "Loại", "water_schemes"),
    Column("capacity_m3_day", "m³/day", "capacity", "Công suất (m³/ngày)", "water_schemes"),
    Column("functionality", "-", "sustainability class", "Tình trạng", "water_schemes"),
    Column("meets_standard", "-", "water meets QCVN 01-1", "Đạt quy chuẩn", "water_schemes"),
    Column(
        "in_plan_2026_2030", "-", "listed by the province for 2026-2030", "Có trong danh mục 2026–2030", "water_schemes"
    ),
    Column(
        "households_registered",
        "households",
        "households that it is said to serve",
        "Số hộ theo sổ",
        "water_schemes.households_served",
    ),
    Column(
        "households_served",
        "households",
        "households that it really serves within its reach",
        "Số hộ thực cấp",
        "capacity, functionality, reach",
    ),
    Column(
        "villages_in_reach", "villages", "villages that its water can reach", "Số thôn trong tầm", "elevation, reach_km"
    ),
    _PROVENANCE,
    _LONGITUDE,
    _LATITUDE,
)
