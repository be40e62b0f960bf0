"""Colours of a set can be told apart: by normal sight, by three kinds of colour blindness, and in grey."""

import itertools
from collections.abc import Sequence

import numpy as np
import pytest

from infragap.maps import colours

TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
"""Linear sRGB to CIE XYZ (IEC 61966-2-1, D65)."""
WHITE = np.array([0.95047, 1.0, 1.08883])
BLINDNESS = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
"""Machado, Oliveira and Fernandes 2009, severity 1, on linear sRGB."""
LEAST = 25.0

SETS: dict[str, Sequence[str]] = {
    # water and water with sun share a colour: their shapes differ
    "choices": list(dict.fromkeys(colours.CHOICES.values())),
    "levels": list(colours.COVERAGE_LEVELS.values()),
    "functionality": list(colours.FUNCTIONALITY.values()),
    "works": list(colours.WORKS.values()),
    "schools": list(colours.SCHOOL_KINDS.values()),
    "times": colours.TIMES,
    "gaps": colours.WATER_GAPS,
    "holds": list(colours.VOLTAGE_HOLDS.values()),
    "medium voltage": [*(colour for colour, _ in colours.MEDIUM_VOLTAGES)],
    "high voltage": [colour for colour, _ in colours.HIGH_VOLTAGES.values()],
    "roads": [colour for colour, _ in colours.ROADS.values()],
    "links": list(colours.LINKS.values()),
    "rings": list(dict.fromkeys(colours.RINGS.values())),
    "changed": list(colours.CHANGED.values()),
    **{f"ramp {name}": ramp for name, ramp in colours.RAMPS.items()},
}


EDGES = (colours.RING, colours.HALO)
"""Edge and halo of a marker: whatever lies below, one of them stands out."""


def linear(colour: str) -> np.ndarray:
    levels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)


def lab(light: np.ndarray) -> np.ndarray:
    xyz = TO_XYZ @ light / WHITE
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def seen(colour: str, eye: str) -> np.ndarray:
    light = linear(colour)
    if eye == "grey":
        light = np.full(3, TO_XYZ[1] @ light)
    elif eye != "normal":
        light = np.clip(np.array(BLINDNESS[eye]) @ light, 0, 1)
    return lab(light)


def test_the_measure_itself() -> None:
    # white is L* 100 without colour, mid grey #777777 is L* 50.0 (published tables: 50.03)
    assert lab(linear("#ffffff")) == pytest.approx([100, 0, 0], abs=0.02)
    assert lab(linear("#777777"))[0] == pytest.approx(50.03, abs=0.02)


@pytest.mark.parametrize("eye", ["normal", *BLINDNESS, "grey"])
@pytest.mark.parametrize("name", SETS)
def test_any_two_colours_of_a_set_can_be_told_apart(name: str, eye: str) -> None:
    assert {pair: difference for pair, difference in close_pairs(SETS[name]).items() if pair[2] == eye} == {}


@pytest.mark.parametrize("eye", ["normal", *BLINDNESS, "grey"])
def test_a_marker_stands_out_from_every_ground(eye: str) -> None:
    for ground in {"#ffffff", "#000000", "#808080"}.union(*SETS.values()):
        assert max(float(np.linalg.norm(seen(ground, eye) - seen(edge, eye))) for edge in EDGES) >= LEAST, ground


@pytest.mark.parametrize("name", [*(f"ramp {n}" for n in colours.RAMPS), "times", "gaps", "levels", "functionality"])
def test_ramps_run_from_light_to_dark(name: str) -> None:
    lightness = [seen(colour, "grey")[0] for colour in SETS[name]]
    assert lightness == sorted(lightness, reverse=True)


def close_pairs(classes: Sequence[str]) -> dict[tuple[str, str, str], float]:
    """Colours that some eye does not tell apart, with their difference."""
    found = {
        (a, b, eye): round(float(np.linalg.norm(seen(a, eye) - seen(b, eye))), 1)
        for a, b in itertools.combinations(dict.fromkeys(classes), 2)
        for eye in ("normal", *BLINDNESS, "grey")
    }
    return {pair: difference for pair, difference in found.items() if difference < LEAST}


@pytest.mark.parametrize("shapes", [colours.CHOICE_SHAPES, colours.WORK_MARKS, colours.SCHOOL_SHAPES])
def test_what_is_chosen_has_a_shape_of_its_own(shapes: dict[str, object]) -> None:
    assert len(set(shapes.values())) == len(shapes)
