"""Columns of the electricity tables: the data dictionary that goes with every run.

Costs named `*_mvnd` are life-cycle costs over the horizon (investment, renewals, upkeep, energy, unserved energy, less salvage, discounted);
`*_investment_mvnd` is what is paid when building. All in million VND of 2026.
"""

from __future__ import annotations

from analyses.columns import Column

RANKING = (
    Column("rank", "-", "1 = own grid line cheapest against the best off-grid option", "Hạng", "grid_to_offgrid_ratio, households"),
    Column("priority_rank", "-", "order of building", "Thứ tự đầu tư", "phasing"),
    Column("grid_to_offgrid_ratio", "-", "life-cycle cost of an own grid line by that of the best off-grid option; empty without a line route", "Tỷ lệ lưới/ngoài lưới", "grid_alone_mvnd, *_mvnd"),
    Column("settlement_id", "-", "identifier", "Mã", "settlements.settlement_id"),
    Column("name", "-", "name", "Tên thôn, cụm", "settlements.name"),
    Column("kind", "-", "village or cluster", "Loại", "settlements.kind"),
    Column("commune_code", "-", "commune code", "Mã xã", "settlements.commune_code"),
    Column("commune", "-", "commune", "Xã", "communes.name"),
    Column("legacy_commune", "-", "commune before July 2025", "Xã cũ", "settlements.legacy_commune"),
    Column("households", "households", "households without safe supply", "Số hộ", "settlements.households"),
    Column("supply", "-", "what they have today", "Hiện trạng", "settlements.supply"),
    Column("choice", "-", "grid, minigrid, hydro or solar_home in the least-cost plan; empty without households", "Phương án", "plan"),
    Column("runner_up", "-", "next cheapest option", "Phương án thứ hai", "*_mvnd"),
    Column("reason_vi", "-", "why, in one sentence", "Lý do", "all costs of the row"),
    Column("grid_alone_mvnd", "mvnd", "life-cycle cost with an own line to the nearest existing line", "Lưới riêng (vòng đời)", "routing, grid parameters"),
    Column("grid_alone_mvnd_per_household", "mvnd/household", "the same per household", "Lưới riêng/hộ", "grid_alone_mvnd, households"),
    Column("grid_alone_investment_mvnd", "mvnd", "investment with an own line", "Lưới riêng (đầu tư)", "routing, grid parameters"),
    Column("grid_share_mvnd", "mvnd", "fair share of the joint lines, life-cycle; sums to the lines of the plan", "Phần đường dây chung (vòng đời)", "plan, fair shares"),
    Column("grid_share_investment_mvnd", "mvnd", "the same share of their investment", "Phần đường dây chung (đầu tư)", "plan, fair shares"),
    Column("grid_local_mvnd", "mvnd", "stations, 0.4 kV lines, services and energy, life-cycle", "Lưới tại chỗ (vòng đời)", "grid parameters"),
    Column("grid_local_investment_mvnd", "mvnd", "investment in stations, 0.4 kV lines and services", "Lưới tại chỗ (đầu tư)", "grid parameters"),
    Column("minigrid_mvnd", "mvnd", "PV-battery mini-grid", "Lưới nhỏ điện mặt trời", "solar, off-grid parameters"),
    Column("hydro_mvnd", "mvnd", "micro hydro; empty without a stream within reach", "Thủy điện nhỏ", "elevation, runoff, off-grid parameters"),
    Column("solar_home_mvnd", "mvnd", "solar home systems at the service floor", "Điện mặt trời hộ gia đình", "solar, off-grid parameters"),
    Column("minigrid_investment_mvnd", "mvnd", "investment in a mini-grid", "Lưới nhỏ (đầu tư)", "solar, off-grid parameters"),
    Column("hydro_investment_mvnd", "mvnd", "investment in micro hydro", "Thủy điện nhỏ (đầu tư)", "elevation, runoff, off-grid parameters"),
    Column("solar_home_investment_mvnd", "mvnd", "investment in home systems", "Điện mặt trời hộ (đầu tư)", "solar, off-grid parameters"),
    Column("minigrid_unserved_pct", "%", "demand that a mini-grid leaves unserved in an hourly year, discounted over the horizon", "Thiếu điện lưới nhỏ", "hourly simulation"),
    Column("hydro_unserved_pct", "%", "demand that hydro leaves unserved in the driest month's flow", "Thiếu điện thủy điện nhỏ", "runoff, demand"),
    Column("solar_home_unserved_pct", "%", "demand that home systems leave unserved in an hourly year", "Thiếu điện mặt trời hộ", "hourly simulation"),
    Column("minigrid_tier", "tier", "ESMAP tier in the worst month", "Bậc lưới nhỏ", "hourly simulation, tiers"),
    Column("hydro_tier", "tier", "ESMAP tier in the driest month", "Bậc thủy điện nhỏ", "runoff, tiers"),
    Column("solar_home_tier", "tier", "ESMAP tier in the worst month", "Bậc điện mặt trời hộ", "solar, tiers"),
    Column("lcoe_grid_vnd_per_kwh", "VND/kWh", "levelised cost with an own line", "Giá quy dẫn lưới", "grid_alone_mvnd, demand"),
    Column("lcoe_minigrid_vnd_per_kwh", "VND/kWh", "levelised cost of a mini-grid, unserved energy priced", "Giá quy dẫn lưới nhỏ", "minigrid_mvnd, demand"),
    Column("lcoe_hydro_vnd_per_kwh", "VND/kWh", "levelised cost of micro hydro, unserved energy priced", "Giá quy dẫn thủy điện nhỏ", "hydro_mvnd, demand"),
    Column("lcoe_solar_home_vnd_per_kwh", "VND/kWh", "levelised cost of home systems, unserved energy priced", "Giá quy dẫn mặt trời hộ", "solar_home_mvnd, demand"),
    Column("plan_mvnd", "mvnd", "life-cycle cost in the plan: share and local works, or the chosen option", "Chi phí theo kế hoạch", "plan"),
    Column("plan_investment_mvnd", "mvnd", "investment in the plan", "Vốn đầu tư theo kế hoạch", "plan"),
    Column("best_offgrid", "-", "cheapest off-grid option that reaches the service floor", "Ngoài lưới tốt nhất", "*_mvnd, *_tier"),
    Column("best_offgrid_mvnd", "mvnd", "its life-cycle cost: what the grid is compared with", "Ngoài lưới tốt nhất (vòng đời)", "*_mvnd, *_tier"),
    Column("saving_mvnd", "mvnd", "runner-up less choice", "Tiết kiệm", "plan_mvnd, runner_up"),
    Column("break_even_km", "km", "length of own line at which grid and best off-grid option cost the same; 0 where the grid never pays", "Chiều dài hòa vốn", "grid_local_mvnd, *_mvnd"),
    Column("grid_payback_years", "years", "until the energy's value (at the price of unserved energy) has paid an own line and local works; empty without a route or where it never does", "Thời gian hoàn vốn", "grid_alone_investment_mvnd, demand"),
    Column("mv_km", "km", "length of the own line", "Đường dây trung áp riêng", "routing"),
    Column("forest_km", "km", "length of the own line on forest of any class (roads through forest included)", "Qua rừng", "routing, forest"),
    Column("grid_if_forest_allowed_mvnd", "mvnd", "life-cycle cost with an own line where only natural or special-use forest stands in the way", "Lưới nếu được qua rừng", "routing, forest"),
    Column("transformer_kva", "kVA", "stations needed on the grid", "Trạm biến áp", "demand, households"),
    Column("peak_kw", "kW", "peak in the design year", "Công suất đỉnh", "demand, households"),
    Column("feeder", "-", "feeder that it hangs on in the plan, otherwise the nearest", "Lộ", "grid_lines.feeder"),
    Column("year", "-", "year of building; empty after the last budget", "Năm", "phasing"),
    Column("voltage_drop_pct", "%", "drop from station to transformer in the design year, grid settlements only", "Tổn thất điện áp", "feeders"),
    Column("interim", "-", "step until the lasting solution, where that comes late or never", "Giải pháp tạm", "phasing, tiers"),
    Column("interim_mvnd", "mvnd", "investment in that step", "Chi phí tạm", "home_tier2_mvnd, pico_unit_mvnd"),
    Column("grid_probability", "-", "part of the draws in which the plan connects it", "Xác suất chọn lưới", "Monte Carlo"),
    Column("rank_low", "-", "5 % of the draws rank it better", "Hạng thấp (5 %)", "Monte Carlo"),
    Column("rank_high", "-", "5 % of the draws rank it worse", "Hạng cao (95 %)", "Monte Carlo"),
    Column("position_accuracy_m", "m", "radius that holds the true position (90 %)", "Sai số vị trí", "settlements.position_accuracy_m"),
    Column("provenance", "-", "what the row rests on", "Nguồn gốc", "catalogue, settlements.provenance"),
    Column("modelled_inputs", "-", "layers behind the row that are modelled", "Dữ liệu mô phỏng", "catalogue"),
    Column("longitude", "°", "WGS84", "Kinh độ", "settlements"),
    Column("latitude", "°", "WGS84", "Vĩ độ", "settlements"),
)  # fmt: skip

LINES = (
    Column("line_id", "-", "identifier, upstream lines first", "Mã đường dây", "plan"),
    Column("upstream_line_id", "-", "planned line that it hangs on; empty at a tap on an existing line", "Đường dây phía trên", "plan"),
    Column("to_settlement_id", "-", "settlement at its lower end; empty at a fork", "Đến thôn, cụm", "plan"),
    Column("to_name", "-", "its name", "Tên điểm cuối", "settlements.name"),
    Column("feeder", "-", "existing feeder that feeds it", "Lộ", "grid_lines.feeder"),
    Column("substation_id", "-", "station that feeds it", "Trạm nguồn", "grid_lines.substation_id"),
    Column("tap_line_id", "-", "existing line at the tap", "Đường dây đấu nối", "grid_lines.line_id"),
    Column("tap_longitude", "°", "tap of its tree, WGS84", "Kinh độ đấu nối", "plan"),
    Column("tap_latitude", "°", "tap of its tree, WGS84", "Vĩ độ đấu nối", "plan"),
    Column("voltage_kv", "kV", "voltage of the line tapped", "Điện áp", "grid_lines.voltage_kv"),
    Column("conductor", "-", "conductor that keeps the voltage", "Dây dẫn", "feeders"),
    Column("length_km", "km", "length", "Chiều dài", "routing"),
    Column("investment_mvnd", "mvnd", "investment", "Vốn đầu tư", "routing, grid parameters"),
    Column("life_cycle_mvnd", "mvnd", "life-cycle cost", "Chi phí vòng đời", "routing, grid parameters"),
    Column("conductor_extra_mvnd", "mvnd", "investment in a conductor above AC-70, beside the plan's cost", "Chênh lệch dây dẫn", "feeders"),
    Column("settlements_below", "-", "settlements that it serves", "Số thôn, cụm", "plan"),
    Column("households_below", "households", "households that it serves", "Số hộ", "plan"),
    Column("load_kw", "kW", "load in the design year", "Công suất", "demand"),
    Column("production_forest_km", "km", "on production forest", "Qua rừng sản xuất", "forest"),
    Column("protection_forest_km", "km", "on protection forest", "Qua rừng phòng hộ", "forest"),
    Column("special_use_forest_km", "km", "on special-use forest, along roads where lines are not allowed elsewhere", "Qua rừng đặc dụng", "forest"),
    Column("natural_forest_km", "km", "on natural forest of any class, along roads where lines are not allowed elsewhere", "Qua rừng tự nhiên", "forest"),
    Column("forest_ha", "ha", "corridor on forest of any class", "Diện tích rừng", "forest, right_of_way_m"),
    Column("river_crossing_mvnd", "mvnd", "part of the investment paid for crossings", "Vượt sông", "rivers"),
    Column("year", "-", "year of building; empty after the last budget", "Năm", "phasing"),
    Column("voltage_drop_pct", "%", "drop from station to its lower end in the design year", "Tổn thất điện áp", "feeders"),
    Column("loading_pct", "%", "current by the conductor's limit", "Mức mang tải", "feeders"),
    Column("voltage_status", "-", "ok, or why it fails", "Đánh giá điện áp", "feeders"),
    Column("voltage_basis", "-", "what is known of the existing feeder above", "Cơ sở đánh giá", "grid_lines.feeder_load_mw"),
    Column("remedy_vi", "-", "what helps where it fails", "Giải pháp", "feeders"),
    Column("remedy_mvnd", "mvnd", "its life-cycle cost, beside the plan's; on the uppermost line of the tree that needs it; empty where nothing with a price helps", "Chi phí giải pháp", "feeders"),
    Column("commune_code", "-", "commune of its lower end", "Mã xã", "communes"),
    Column("commune", "-", "commune of its lower end", "Xã", "communes"),
    Column("provenance", "-", "what the row rests on", "Nguồn gốc", "catalogue"),
    Column("longitude", "°", "lower end, WGS84", "Kinh độ", "plan"),
    Column("latitude", "°", "lower end, WGS84", "Vĩ độ", "plan"),
)  # fmt: skip

REMEDIES = (
    Column("line_id", "-", "uppermost line of a planned tree that does not keep the voltage", "Mã đường dây", "plan"),
    Column("to_name", "-", "settlement at its lower end; empty at a fork", "Tên điểm cuối", "settlements.name"),
    Column("feeder", "-", "existing feeder that feeds it", "Lộ", "grid_lines.feeder"),
    Column("voltage_drop_pct", "%", "largest drop in the tree; empty where the load flow has no solution", "Tổn thất điện áp", "feeders"),
    Column("tap_drop_pct", "%", "of it on the existing feeder, at the tap", "Tổn thất tại điểm đấu nối", "feeders"),
    Column("regulator_mvnd", "mvnd", "voltage regulator at the tap; this and the next three are life-cycle costs beyond the plan, empty where the way does not suffice", "Máy điều chỉnh điện áp", "regulator_mvnd"),
    Column("step_up_mvnd", "mvnd", "the tree built for 35 kV behind a transformer at the tap on a 22 kV feeder", "Nâng lên 35 kV", "step_up_mvnd, mv35_line_mvnd_per_km"),
    Column("other_tap_mvnd", "mvnd", "the tree at another place of the existing grid where it keeps the voltage and spoils no other; may be below 0", "Điểm đấu nối khác", "routing, feeders"),
    Column("other_tap", "-", "that place and the new line to it", "Đấu nối vào", "routing, grid_lines"),
    Column("offgrid_mvnd", "mvnd", "all its settlements off the grid", "Ngoài lưới", "*_mvnd"),
    Column("taken", "-", "cheapest of them for the tree alone; empty where none helps", "Rẻ nhất", "feeders"),
    Column("remedy_vi", "-", "what stands in the table of lines: one regulator for all trees of a feeder where that costs less", "Giải pháp", "feeders"),
    Column("remedy_mvnd", "mvnd", "its cost, once where it is shared", "Chi phí giải pháp", "feeders"),
)  # fmt: skip

YEARS = (
    Column("year", "-", "year; 'sau 2030' rows hold what no budget reaches", "Năm", "phasing"),
    Column("budget_mvnd", "mvnd", "money of the year", "Ngân sách", "budgets_mvnd"),
    Column("spent_mvnd", "mvnd", "money used", "Sử dụng", "phasing"),
    Column("lines_mvnd", "mvnd", "of it for lines", "Đường dây", "phasing"),
    Column("grid_works_mvnd", "mvnd", "of it for stations, 0.4 kV lines and services", "Trạm, hạ áp, công tơ", "phasing"),
    Column("offgrid_mvnd", "mvnd", "of it for off-grid works", "Ngoài lưới", "phasing"),
    Column("line_km", "km", "lines built", "Km đường dây", "phasing"),
    Column("grid_settlements", "-", "settlements connected", "Thôn, cụm nối lưới", "phasing"),
    Column("offgrid_settlements", "-", "settlements with off-grid supply", "Thôn, cụm ngoài lưới", "phasing"),
    Column("villages", "-", "of them villages without the grid today", "Thôn chưa có lưới", "phasing"),
    Column("households_grid", "households", "households connected", "Hộ nối lưới", "phasing"),
    Column("households_offgrid", "households", "households with off-grid supply", "Hộ ngoài lưới", "phasing"),
    Column("households_cumulative", "households", "households served since the first year", "Hộ lũy kế", "phasing"),
    Column("people", "people", "people reached in the year", "Số người", "household_size"),
    Column("electrified_pct", "%", "households of the province with electricity at the end of the year, counted as the scheme does: unsafe wires of their own count, donated kits do not", "Tỷ lệ hộ có điện", "communes.households, settlements.supply"),
    Column("safe_supply_pct", "%", "households of the province with safe and lasting supply at the end of the year", "Tỷ lệ hộ có điện an toàn", "communes.households, settlements.households"),
)  # fmt: skip

EXTENSION = (
    Column("stt", "-", "number", "STT", "order of building"),
    Column("village", "-", "village or cluster", "Tên thôn, cụm dân cư", "settlements.name"),
    Column("commune", "-", "commune", "Xã (mới)", "communes.name"),
    Column("legacy_commune", "-", "commune before July 2025", "Xã (cũ)", "settlements.legacy_commune"),
    Column("households", "households", "households", "Số hộ", "settlements.households"),
    Column("mv_km", "km", "medium-voltage line built for it: its branch and, at forks, those above that no earlier row holds", "ĐDK trung áp (km)", "plan"),
    Column("stations", "-", "transformer stations", "Số TBA", "demand"),
    Column("station_kva", "kVA", "total of the stations", "Tổng kVA", "demand"),
    Column("lv_km", "km", "0.4 kV line", "ĐZ 0,4 kV (km)", "settlements.spread_m, lv_m_per_household"),
    Column("meters", "-", "meters", "Số công tơ", "households"),
    Column("investment_mvnd", "mvnd", "investment, share of joint lines included", "Tổng mức đầu tư (triệu đồng)", "plan"),
    Column("investment_mvnd_per_household", "mvnd/household", "per household", "Suất đầu tư/hộ (triệu đồng)", "plan"),
    Column("feeder", "-", "feeder", "Lộ", "grid_lines.feeder"),
    Column("tap_point", "-", "tap: existing line and coordinates", "Điểm đấu nối", "plan"),
    Column("forest_ha", "ha", "corridor on forest", "Diện tích rừng (ha)", "forest"),
    Column("year", "-", "year of building", "Năm", "phasing"),
    Column("provenance", "-", "what the row rests on", "Nguồn gốc", "catalogue"),
)  # fmt: skip

SENSITIVITY = (
    Column("parameter", "-", "parameter changed alone", "Tham số", "parameters"),
    Column("value", "see parameter", "value taken: the low or high end of its range", "Giá trị", "parameters"),
    Column("end", "-", "low or high", "Đầu khoảng", "parameters"),
    Column("choices_changed", "-", "settlements that change between grid and off-grid", "Số thôn, cụm đổi phương án", "plan"),
    Column("households_changed", "households", "their households", "Số hộ đổi phương án", "plan"),
    Column("grid_settlements", "-", "settlements on the grid", "Số thôn, cụm nối lưới", "plan"),
    Column("cost_mvnd", "mvnd", "life-cycle cost of the plan then", "Chi phí vòng đời", "plan"),
)  # fmt: skip

SCENARIOS = (
    Column("scenario", "-", "name", "Kịch bản", "parameters"),
    Column("cost_mvnd", "mvnd", "life-cycle cost of the plan", "Chi phí vòng đời", "plan"),
    Column("extra_mvnd", "mvnd", "beyond the plan of this run", "Tăng thêm", "plan"),
    Column("investment_mvnd", "mvnd", "investment", "Vốn đầu tư", "plan"),
    Column("grid_settlements", "-", "settlements on the grid", "Số thôn, cụm nối lưới", "plan"),
    Column("grid_households", "households", "their households", "Số hộ nối lưới", "plan"),
    Column("line_km", "km", "new lines", "Km đường dây", "plan"),
    Column("lower_bound_mvnd", "mvnd", "proven bound on the candidate network", "Cận dưới", "plan"),
    Column("status", "-", "what is proven", "Trạng thái", "plan"),
)  # fmt: skip


ALL_ON_GRID = (
    Column("settlement_id", "-", "identifier", "Mã", "settlements.settlement_id"),
    Column("all_on_grid_mvnd", "mvnd", "life-cycle cost when every settlement that a line can reach gets the grid; empty where none can", "Chi phí khi nối lưới toàn bộ", "scenario all_on_grid"),
    Column("extra_mvnd", "mvnd", "beyond the least-cost plan", "Tăng thêm", "scenario all_on_grid"),
)  # fmt: skip

BACKTEST = (
    Column("project", "-", "real project", "Dự án", "norms A1"),
    Column("year", "-", "year of its prices", "Năm", "norms A1"),
    Column("predicted_mvnd", "mvnd", "its scope at our unit costs", "Dự báo", "grid parameters"),
    Column("actual_2026_mvnd", "mvnd", "its cost in prices of 2026", "Thực tế (giá 2026)", "norms A1, price_escalation_pct"),
    Column("predicted_to_actual", "-", "ratio", "Dự báo/thực tế", "both"),
    Column("within_30_pct", "-", "ratio between 0.7 and 1.3", "Sai số dưới 30 %", "both"),
    Column("in_fit", "-", "among the ten projects that the unit costs were fitted to", "Dùng để hiệu chỉnh", "norms A1"),
    Column("note", "-", "why it is missed", "Ghi chú", "norms A1"),
    Column("source", "-", "publication", "Nguồn", "norms A1"),
)  # fmt: skip

TABLES = {
    "remedies": REMEDIES,
    "scenarios": SCENARIOS,
    "all_on_grid": ALL_ON_GRID,
    "sensitivity": SENSITIVITY,
    "backtest": BACKTEST,
}
"""Columns of `ElectricityResult.tables` by name."""


def names(columns: tuple[Column, ...]) -> list[str]:
    """Give the names in order."""
    return [column.name for column in columns]
