"""Works of the network by size: line types, conductors, stations, cables and devices, as one table gives them.

The table is `network_works.toml` beside this file; the `[works]` of a profile replaces rows of it by name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("network_works.toml")

PRICE = "price_mvnd"
"""What a row calls its price, by the default profile's money."""

USUAL_CONDUCTOR = "AC-70"
"""What the price of three wires stands for, and what an existing line of unknown conductor counts as (assumption)."""


@dataclass(frozen=True)
class Conductor:
    """One aluminium-steel conductor.

    Attributes
    ----------
    name
        As the power company writes it.
    r_ohm_per_km
        Resistance at 20 °C.
    imax_a
        Continuous current.
    mass_kg_per_km
        Of one wire.
    for_new_lines
        Whether new lines are built with it.
    """

    name: str
    r_ohm_per_km: float
    imax_a: float
    mass_kg_per_km: float
    for_new_lines: bool = False


@dataclass(frozen=True)
class LineType:
    """One way of stringing a line.

    Attributes
    ----------
    name
        three_phase, two_phase, single_phase or swer.
    levels
        Levels of medium voltage that it is built at: 'upper', 'lower'.
    wires
        Number of wires.
    drop_factor, current_factor
        Relative voltage drop, and current in a wire, by those of three wires with the same load, length and conductor.
    price_factor
        Price of the line by that of three wires with the usual conductor.
    most_kw
        Largest load, by unbalance or earth current.
    """

    name: str
    levels: tuple[str, ...]
    wires: int
    drop_factor: float
    current_factor: float
    price_factor: float
    most_kw: float


@dataclass(frozen=True)
class Cable:
    """One aerial bundled cable.

    Attributes
    ----------
    name
        As the power company writes it.
    r_ohm_per_km, x_ohm_per_km
        Resistance and reactance.
    price_factor
        Price of its line by that of the usual one (`lv_line_mvnd_per_km`).
    """

    name: str
    r_ohm_per_km: float
    x_ohm_per_km: float
    price_factor: float


@dataclass(frozen=True)
class NetworkWorks:
    """The table of works.

    Attributes
    ----------
    line_types, conductors, cables
        By name; conductors and cables from the lightest on.
    stations
        Kind (three_phase, single_phase) → size [kVA] → price [million VND], from the smallest on.
    cut_out_mvnd, recloser_mvnd
        Devices at a tap.
    capacitor_kvar, capacitor_mvnd
        One bank.
    """

    line_types: Mapping[str, LineType]
    conductors: Mapping[str, Conductor]
    cables: Mapping[str, Cable]
    stations: Mapping[str, Mapping[float, float]]
    cut_out_mvnd: float
    recloser_mvnd: float
    capacitor_kvar: float
    capacitor_mvnd: float


@lru_cache(maxsize=1)
def usual_works() -> NetworkWorks:
    """Give the table that comes along.

    Examples
    --------
    >>> usual_works().stations["three_phase"][50.0], usual_works().line_types["two_phase"].wires
    (420.0, 2)
    """
    return works_from({})


def priced_rows() -> list[tuple[str, str, str]]:
    """Name table, row and number of every price in the table that comes along.

    Examples
    --------
    >>> priced_rows()[0]
    ('stations', 'three_phase', 'price_mvnd')
    """
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return [(kind, name, PRICE) for kind, rows in table.items() for name, row in rows.items() if PRICE in row]


def works_from(own: Mapping[str, Any]) -> NetworkWorks:
    """Give the table with rows replaced by a country's own.

    Parameters
    ----------
    own
        Tables `line_types`, `conductors`, `stations`, `cables` and `devices` as in the file, prices in the money of the
        pack; a row that is not named stays.

    Raises
    ------
    ValueError
        A row has no such number, or names a table that there is not.

    Examples
    --------
    >>> works_from({"line_types": {"two_phase": {"levels": ["upper", "lower"]}}}).line_types["two_phase"].levels
    ('upper', 'lower')
    """
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    if unknown := sorted(set(own) - set(table)):
        raise ValueError(f"works: there is no table {', '.join(unknown)}; there are {', '.join(sorted(table))}")
    for kind, rows in own.items():
        for name, row in rows.items():
            table[kind][name] = {**table[kind].get(name, {}), **row}
    try:
        return _parsed(table)
    except (TypeError, KeyError) as error:
        raise ValueError(f"works: a row is not complete: {error}") from error


def _parsed(table: Mapping[str, Any]) -> NetworkWorks:
    conductors = [Conductor(name, **row) for name, row in table["conductors"].items()]
    cables = [Cable(name, **row) for name, row in table["cables"].items()]
    devices = table["devices"]
    return NetworkWorks(
        line_types={
            name: LineType(name, **{**row, "levels": tuple(row["levels"])}) for name, row in table["line_types"].items()
        },
        conductors={each.name: each for each in sorted(conductors, key=lambda each: each.mass_kg_per_km)},
        cables={each.name: each for each in sorted(cables, key=lambda each: -each.r_ohm_per_km)},
        stations={
            kind: dict(sorted((float(kva), float(price)) for kva, price in row["price_mvnd"].items()))
            for kind, row in table["stations"].items()
        },
        cut_out_mvnd=float(devices["cut_out"]["price_mvnd"]),
        recloser_mvnd=float(devices["recloser"]["price_mvnd"]),
        capacitor_kvar=float(devices["capacitor_bank"]["kvar"]),
        capacitor_mvnd=float(devices["capacitor_bank"]["price_mvnd"]),
    )
