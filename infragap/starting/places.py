"""Points and boxes as they are written on the command line: degrees, longitude first."""

from __future__ import annotations

from infragap.gis.errors import ParameterError


def point_of(text: str) -> tuple[float, float]:
    """Read 'longitude,latitude' [°].

    Raises
    ------
    ParameterError
        It is not two numbers, or lies on no Earth.

    Examples
    --------
    >>> point_of("35.5,-16.0")
    (35.5, -16.0)
    """
    longitude, latitude = _numbers(text, 2, "longitude,latitude such as 35.5,-16.0")
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise ParameterError(f"{text!r} lies on no Earth: write longitude,latitude in degrees")
    return longitude, latitude


def box_of(text: str) -> tuple[float, float, float, float]:
    """Read 'west,south,east,north' [°].

    Raises
    ------
    ParameterError
        It is not four numbers, is empty, or lies on no Earth.

    Examples
    --------
    >>> box_of("103.5,21.3,105.1,22.9")
    (103.5, 21.3, 105.1, 22.9)
    """
    west, south, east, north = _numbers(text, 4, "west,south,east,north such as 103.5,21.3,105.1,22.9")
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise ParameterError(
            f"{text!r} is no box: write west,south,east,north in degrees, west below east; a box over 180° in two parts"
        )
    return west, south, east, north


def _numbers(text: str, count: int, wanted: str) -> list[float]:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != count:
        raise ParameterError(f"{text!r}: write {wanted}")
    return numbers
