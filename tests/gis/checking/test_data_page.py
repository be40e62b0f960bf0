"""The page on data lists every check with its tolerance and reason, and every finding can be spoken in every
language."""

import subprocess
import sys
from pathlib import Path

import pytest

import infragap.readiness.judging  # noqa: F401 (declares every check, those of the analyses' needs too)
from infragap.gis.findings import CHECKS, Severity
from infragap.wording.catalogue import languages, words

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.slow
def test_the_page_is_what_the_code_says() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / ".ci" / "data_page", "--check"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("code", sorted(CHECKS))
def test_every_check_has_words_in_every_language_and_a_reason(code: str) -> None:
    check = CHECKS[code]
    assert len(check.reason) > 15
    assert check.tolerance
    if check.severity is Severity.NOTICE:
        # what is only a notice says what it lets pass, or that it lets nothing pass
        assert check.tolerance == "none" or any(sign.isdigit() for sign in check.tolerance) or len(check.tolerance) > 20
    english = words("en").fields(f"check.{code}") | words("en").fields(f"check.{code}.repair")
    for language in languages():
        say = words(language)
        assert say.keys(f"check.{code}"), language
        assert say.fields(f"check.{code}") | say.fields(f"check.{code}.repair") <= english


def test_no_words_without_a_check() -> None:
    keys = {key.removeprefix("check.").removesuffix(".repair") for key in words("en").keys("check.")}
    assert keys - {"rows_more"} == set(CHECKS)
