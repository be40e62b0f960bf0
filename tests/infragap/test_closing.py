"""What a reader must know stands in every summary, in its language."""

from pathlib import Path

from infragap.closing import append_to_summaries
from infragap.gis.findings import Finding, Severity
from infragap.record import stopped_by_time

NOTICE = Finding("other", Severity.NOTICE, "roads", values={"sentence": "<b>long</b> `R1` | [x](y)", "advice": ""})


def _summaries(folder: Path) -> tuple[Path, Path]:
    for name in ("summary.md", "summary_en.md"):
        (folder / name).write_text("# Title\n\nText.\n", encoding="utf-8")
    return folder / "summary.md", folder / "summary_en.md"


def test_nothing_to_say_changes_nothing(tmp_path: Path) -> None:
    for file in _summaries(tmp_path):
        append_to_summaries(tmp_path, [], [])
        assert file.read_text() == "# Title\n\nText.\n"


def test_the_alarm_stands_below_the_title_and_notices_at_the_end(tmp_path: Path) -> None:
    vietnamese, english = _summaries(tmp_path)
    append_to_summaries(tmp_path, [NOTICE], ["schools.placement"])
    lines = english.read_text().splitlines()
    assert lines[0] == "# Title"
    assert lines[2].startswith("> **Attention: the time limit stopped the solver")
    assert "schools.placement" in lines[2]
    assert lines[-3] == "## Notices of the data check (1)"
    assert lines[-1] == r"- roads: \<b\>long\</b\> \`R1\` \| \[x\](y)"
    assert "> **Chú ý: bộ giải bị dừng" in vietnamese.read_text()
    assert "## Lưu ý khi kiểm tra dữ liệu (1)" in vietnamese.read_text()


def test_summaries_that_are_not_there_are_left_out(tmp_path: Path) -> None:
    append_to_summaries(tmp_path, [NOTICE], [])
    assert list(tmp_path.iterdir()) == []


def test_every_solution_that_was_stopped_is_named() -> None:
    record = {
        "electricity": {"plan": {"status": "optimal"}, "summary": {"status": "x"}},
        "water": {"siting": {"status": "time_limit", "target": {"status": "gap"}}},
        "schools": {"placement": {"status": "optimal", "fairest": {"status": "time_limit"}}},
        "parameters": {"status": "time_limit"},
    }
    assert stopped_by_time(record) == ["water.siting", "schools.placement.fairest"]
    assert stopped_by_time({}) == []
