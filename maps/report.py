"""The one-page summary: what the run found, against the targets of the scheme, and what the data are worth."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from infragap.analyses.electricity import columns
from infragap.analyses.electricity.result import ElectricityResult
from infragap.analyses.schools.result import SchoolsResult
from infragap.analyses.water.result import WaterResult
from infragap.gis.pack import Pack
from infragap.maps.base import UNIT_VI
from infragap.maps.style import CHOICES, PROVENANCE, SCENARIOS, choice_label
from infragap.wording.catalogue import number_vi

TOP = 10


def summary_markdown(
    pack: Pack, electricity: ElectricityResult | None, water: WaterResult | None, schools: SchoolsResult | None
) -> str:
    """Write the summary in Vietnamese Markdown."""
    parts = [f"# Tóm tắt kế hoạch hạ tầng: {_cell(pack.catalog.pack.province)}", _data_note(pack)]
    if electricity is not None:
        parts.append(_electricity(electricity, pack.catalog.targets))
    if water is not None:
        parts.append(_water(water, pack.catalog.targets))
    if schools is not None:
        parts.append(_schools(schools))
    parts.append(_layers(pack))
    return "\n\n".join(parts) + "\n"


def _data_note(pack: Pack) -> str:
    modelled = [
        entry.title
        for entry in pack.catalog.layer
        if entry.provenance == "modelled" or _has_modelled_rows(pack, entry.name)
    ]
    if not modelled:
        return "Dữ liệu: không có lớp mô phỏng."
    return (
        f"> **Dữ liệu mô phỏng:** {len(modelled)} trong {len(pack.catalog.layer)} lớp là mô phỏng, khớp với số liệu công bố, "
        "không phải khảo sát. Thứ tự xếp hạng phải được kiểm tra lại bằng tọa độ và số hộ thực tế trước khi quyết định."
    )


def _has_modelled_rows(pack: Pack, name: str) -> bool:
    layer = pack.layer(name)
    return isinstance(layer, pd.DataFrame) and "provenance" in layer and bool((layer["provenance"] == "modelled").any())


def _electricity(result: ElectricityResult, targets: Mapping[str, Any]) -> str:
    frame = result.settlements
    lines = ["## Điện", f"{len(frame)} thôn, cụm dân cư; {number_vi(frame['households'].sum())} hộ."]
    known = [
        f"{number_vi(targets[key], decimals=2)} % {when}"
        for key, when in (
            ("household_electrification_pct", "nay"),
            ("household_electrification_2030_pct", "là mục tiêu 2030"),
        )
        if key in targets
    ]
    if known:
        lines[-1] += f" Tỷ lệ hộ có điện theo Đề án: {', '.join(known)}."
    counts = [
        (label[0], len(chosen), int(chosen["households"].sum()))
        for key, (label, _) in CHOICES.items()
        if len(chosen := frame[frame["choice"] == key])
    ]
    lines.append(_table(("Phương án", "Thôn, cụm", "Hộ"), [(a, number_vi(b), number_vi(c)) for a, b, c in counts]))
    plan = result.plan
    if isinstance(plan.get("cost_mvnd"), int | float):
        proof = f"chi phí vòng đời {number_vi(plan['cost_mvnd'] / 1000, decimals=1)} tỷ đồng"
        if isinstance(plan.get("lower_bound_mvnd"), int | float):
            proof += f", cận dưới đã chứng minh {number_vi(plan['lower_bound_mvnd'] / 1000, decimals=1)} tỷ (chênh {number_vi(100 * plan['gap'], decimals=3)} %)"
        lines.append(f"Phương án chung: {proof}.{_bound_covers(plan)}")
    villages = frame[frame["kind"] == "village"].sort_values("rank")
    lines.append(f"### {len(villages)} thôn chưa có điện lưới, theo hạng")
    lines.append(
        _table(
            ("Hạng", "Thôn", "Xã", "Hộ", "Phương án", "Lý do"),
            [
                (str(r.rank), r.name, r.commune, number_vi(r.households), choice_label(r.choice)[0], r.reason_vi)
                for r in villages[["rank", "name", "commune", "households", "choice", "reason_vi"]].itertuples(
                    index=False
                )
            ],
        )
    )
    if len(result.years):
        lines.append("### Theo năm")
        headings = {
            c.name: f"{c.heading('vi')} ({UNIT_VI[c.unit]})" if c.unit in UNIT_VI else c.heading("vi")
            for c in columns.YEARS
        }
        lines.append(
            _table(
                [headings[c] for c in result.years.columns],
                [tuple(_shown(v) for v in row) for row in result.years.itertuples(index=False)],
            )
        )
    lines += [*_what_if(result), *_feeders(result), *_sensitivity(result), *_backtest(result)]
    return "\n\n".join(lines)


def _bound_covers(plan: Mapping[str, Any]) -> str:
    if "candidate_lines" not in plan:
        return ""
    return (
        f" Cận dưới đúng cho mọi phương án trên mạng tuyến ứng viên ({number_vi(plan['candidate_nodes'])} nút, "
        f"{number_vi(plan['candidate_lines'])} đoạn tuyến); hướng tuyến khác và đơn giá khác không nằm trong chứng minh này."
    )


def _sensitivity(result: ElectricityResult) -> list[str]:
    """Which assumptions move most choices."""
    table = result.tables.get("sensitivity", pd.DataFrame())
    if not len(table):
        return []
    headings = (
        "Tham số (chỉ thay đổi một)",
        "Giá trị",
        "Thôn, cụm đổi phương án",
        "Hộ đổi phương án",
        "Thôn, cụm nối lưới",
    )
    rows = [
        (
            r["parameter_vi"],
            f"{number_vi(r['value'], decimals=0 if r['value'] >= 10 else 2)} {UNIT_VI.get(r['unit'], '')}",
            *(_shown(r[key]) for key in ("choices_changed", "households_changed", "grid_settlements")),
        )
        for r in table.head(5).to_dict("records")
    ]
    return [
        "### Giả định làm thay đổi lựa chọn nhiều nhất",
        _table(headings, rows),
    ]


def _what_if(result: ElectricityResult) -> list[str]:
    """Other rules beside the plan."""
    table = result.tables.get("scenarios", pd.DataFrame())
    if not len(table):
        return []
    headings = (
        "Kịch bản",
        "Chi phí vòng đời (tỷ đồng)",
        "Tăng thêm (tỷ đồng)",
        "Thôn, cụm nối lưới",
        "Hộ nối lưới",
        "Km đường dây",
    )
    rows = [
        (
            SCENARIOS[r["scenario"]],
            number_vi(r["cost_mvnd"] / 1000, decimals=1),
            number_vi(r["extra_mvnd"] / 1000, decimals=1),
            number_vi(r["grid_settlements"]),
            number_vi(r["grid_households"]),
            number_vi(r["line_km"]),
        )
        for r in table.to_dict("records")
    ]
    return ["### Nếu quy định hoặc giả định khác đi", _table(headings, rows)]


def _feeders(result: ElectricityResult) -> list[str]:
    """What the voltage check found."""
    table = result.tables.get("remedies", pd.DataFrame())
    if not len(table):
        return []
    counts = table["remedy_vi"].str.split(",").str[0].value_counts()
    ways = "; ".join(f"{way}: {number_vi(count)}" for way, count in counts.items())
    return [
        "### Kiểm tra điện áp",
        f"{number_vi(len(table))} nhánh đề xuất không giữ được điện áp (phần lớn vì lộ hiện có đã sụt áp quá giới hạn tại điểm đấu nối). Biện pháp rẻ nhất, "
        f"chưa tính vào chi phí phương án: {number_vi(table['remedy_mvnd'].sum() / 1000, decimals=1)} tỷ đồng trong vòng đời ({ways}). "
        "Từng nhánh: tables/electricity_remedies.csv.",
    ]


def _backtest(result: ElectricityResult) -> list[str]:
    """Unit costs against real projects."""
    table = result.tables.get("backtest", pd.DataFrame())
    if not len(table):
        return []
    headings = ("Dự án thật", "Năm", "Dự báo (tr.đ)", "Thực tế, giá 2026 (tr.đ)", "Dự báo/thực tế", "Ghi chú")
    rows = [
        (
            r["project"],
            str(r["year"]),
            number_vi(r["predicted_mvnd"]),
            number_vi(r["actual_2026_mvnd"]),
            number_vi(r["predicted_to_actual"], decimals=2),
            r["note_vi"],
        )
        for r in table.to_dict("records")
    ]
    return [
        f"### Đơn giá so với dự án thật (trung vị {number_vi(result.summary['backtest_median'], decimals=2)})",
        _table(headings, rows),
    ]


def _water(result: WaterResult, targets: Mapping[str, Any]) -> str:
    siting, summary = result.siting, result.summary
    clean = targets.get("water_clean_pct")
    published = "" if clean is None else f" (công bố {number_vi(clean, decimals=1)} %)"
    lines = [
        "## Nước sạch",
        f"{number_vi(summary['to_standard_pct'], decimals=1)} % dân nông thôn dùng nước đạt quy chuẩn{published}, "
        f"{number_vi(summary['basic_pct'], decimals=1)} % hợp vệ sinh. {siting['works']} công trình được chọn theo số người nâng lên "
        f"{number_vi(siting['to_standard_after_pct'], decimals=1)} % với {number_vi(siting['cost_mvnd'] / 1000, decimals=1)} tỷ đồng "
        f"(chênh tới cận {number_vi(100 * siting['gap'], decimals=2)} %, {siting['status']}).",
        f"Nếu chỉ tính tiền mà không giới hạn số công trình, cách rẻ nhất tìm được để đạt {number_vi(siting['target_pct'])} % là {siting['target_works']} "
        f"công trình nhỏ, {number_vi(siting['target_cost_mvnd'] / 1000, decimals=1)} tỷ đồng (ước tính tham lam, không có cận; đạt "
        f"{number_vi(siting['target_reached_pct'], decimals=1)} %).",
        f"### {TOP} xã thiếu nước sạch nhất",
        _table(
            ("Hạng", "Xã", "Lý do"),
            [
                (str(r.rank), r.commune, r.reason_vi)
                for r in result.communes.head(TOP)[["rank", "commune", "reason_vi"]].itertuples(index=False)
            ],
        ),
    ]
    return "\n\n".join(lines)


def _schools(result: SchoolsResult) -> str:
    placement = result.placement
    lines = [
        "## Trường nội trú",
        f"Phương án đặt trường: tổng {_shown(placement.get('cost'))} (học sinh × phút), cận dưới {_shown(placement.get('lower_bound'))}, "
        f"chênh {number_vi(100 * float(placement.get('gap', math.nan)), decimals=2)} %, trạng thái: {placement.get('status', '')}.",
    ]
    sites = result.sites[result.sites["kind"] == "border_boarding"] if "kind" in result.sites else result.sites
    keys = [k for k in ("rank", "name", "commune", "reason_vi") if k in sites]
    headings = {"rank": "Hạng", "name": "Trường", "commune": "Xã, phường", "reason_vi": "Lý do"}
    lines.append(
        _table(
            tuple(headings[k] for k in keys),
            [tuple(_shown(v) for v in row) for row in sites[keys].itertuples(index=False)],
        )
    )
    return "\n\n".join(lines)


def _layers(pack: Pack) -> str:
    rows = [(e.name, e.title, PROVENANCE[e.provenance][0], e.method) for e in pack.catalog.layer]
    return "## Các lớp dữ liệu\n\n" + _table(("Lớp", "Tên", "Nguồn gốc", "Cách làm"), rows)


def _shown(value: Any) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
        return ""
    if isinstance(value, float):
        return number_vi(value, decimals=1)
    return number_vi(float(value)) if isinstance(value, int | np.integer) else str(value)


def _table(headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = ["| " + " | ".join(_cell(h) for h in headings) + " |", "|" + "---|" * len(headings)]
    lines += ["| " + " | ".join(_cell(c) for c in row) + " |" for row in rows]
    return "\n".join(lines)


def _cell(text: object) -> str:
    """Text that cannot break out of a Markdown table or act as HTML."""
    flat = " ".join(str(text).split())
    return flat.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace(">", "&gt;").replace("[", "\\[")
