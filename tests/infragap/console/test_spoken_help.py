"""Help that stands in the catalogue is shown in the language of the messages, and no key is left."""

import pytest
from typer.testing import CliRunner

from infragap.cli import app, terminal


@pytest.mark.slow
def test_help_of_fetch_is_spoken_in_the_language_asked_for() -> None:
    shown = {}
    try:
        for language in ("vi", "en", "vi"):
            asked = ["--language", language, "data", "fetch", "--help"]
            shown[language] = " ".join(CliRunner().invoke(app, asked, env={"COLUMNS": "200"}).output.split())
    finally:
        terminal.language = None
    assert "Cells of the heights: 30 or 90 (m)" in shown["en"]
    assert "Cỡ ô độ cao: 30 hoặc 90 (m)" in shown["vi"]
    for text in shown.values():
        assert "command.help" not in text
        assert text.count("--osm") == 1
