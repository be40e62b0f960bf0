"""A headless browser for the pages; tests that need it skip where there is none."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Chromium under Playwright; with INFRAGAP_REQUIRE_BROWSER set, its absence is a failure."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        if os.environ.get("INFRAGAP_REQUIRE_BROWSER"):
            pytest.fail("no Chromium, and INFRAGAP_REQUIRE_BROWSER is set")
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
        )
        yield browser
        browser.close()


class Visit:
    """An opened page with what it complained about and asked for."""

    def __init__(self, browser: Any, file: Path, view: str, size: tuple[int, int]) -> None:
        """Open a local file in a fresh window and wait until its script has drawn it."""
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page = browser.new_page(viewport={"width": size[0], "height": size[1]})
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda e: self.complaints.append(str(e)))
        self.page.on("dialog", lambda d: (self.complaints.append("dialog: " + d.message), d.dismiss()))
        self.page.on("request", lambda r: self.requests.append(r.url) if not r.url.startswith("data:") else None)
        self.page.goto(file.as_uri() + (f"#{view}" if view else ""))
        if file.name not in ("index.html", "commune_sheets.html", "compare.html"):
            self.page.wait_for_function("window.infragapReady === true")


@pytest.fixture
def visit(chromium: Any) -> Iterator[Any]:
    """Open pages; closed after the test."""
    visits: list[Visit] = []

    def open_(file: Path, view: str = "", size: tuple[int, int] = (1366, 768)) -> Visit:
        visits.append(Visit(chromium, file, view, size))
        return visits[-1]

    yield open_
    for each in visits:
        each.page.close()


@pytest.fixture(scope="session")
def out(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Result of the command in a process of its own, so that its memory is its own; with INFRAGAP_RESULT, that of a
    run that is there already."""
    if os.environ.get("INFRAGAP_RESULT"):
        return Path(os.environ["INFRAGAP_RESULT"])
    folder = tmp_path_factory.mktemp("run") / "out"
    command = ["-c", "from infragap.cli import main; main()", "run", "--data", str(data_folder), "--out", str(folder)]
    subprocess.run([sys.executable, *command], check=True, capture_output=True)
    return folder
