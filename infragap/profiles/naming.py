"""Names of columns, parameters and units as a country writes them: money and voltages of its profile, in one place.

Inside the program all names are those of the default profile; they are turned into a country's own where something is
written or read for it. For the default profile nothing changes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from infragap.profiles.profile import DEFAULT, Profile, read_profile


def outward(name: str, profile: Profile) -> str:
    """Give the name of a column or parameter as a profile writes it.

    Examples
    --------
    >>> outward("mv35_line_mvnd_per_km", read_profile("mw")), outward("cost_mvnd", read_profile("vn"))
    ('mv33_line_mmwk_per_km', 'cost_mvnd')
    """
    return _translated(name, dict(zip(_tokens(read_profile()), _tokens(profile), strict=True)))


def inward(name: str, profile: Profile) -> str:
    """Give the program's own name of what a profile writes in its way.

    Examples
    --------
    >>> inward("mv33_line_mmwk_per_km", read_profile("mw"))
    'mv35_line_mvnd_per_km'
    """
    return _translated(name, dict(zip(_tokens(profile), _tokens(read_profile()), strict=True)))


def outward_unit(unit: str, profile: Profile) -> str:
    """Give a unit as a profile writes it.

    Examples
    --------
    >>> outward_unit("mvnd/km", read_profile("mw")), outward_unit("VND/kWh", read_profile("mw"))
    ('mmwk/km', 'MWK/kWh')
    """
    ours, theirs = read_profile().money, profile.money
    words = {ours.suffix: theirs.suffix, ours.currency: theirs.currency}
    return re.sub(r"[A-Za-z]+", lambda match: words.get(match[0], match[0]), unit)


def is_money(name: str) -> bool:
    """Whether one of the program's own names is of money, in units or in single units of the currency."""
    money = read_profile().money
    return bool({money.suffix, money.currency.lower()} & set(name.split("_")))


def price_scale(name: str, profile: Profile) -> float:
    """Give what a value under one of the program's own names is multiplied by before a country reads it.

    The program reckons prices of a kWh or m³ in millionths of the money unit; where the unit is not a million of the
    currency, a price in single units of the currency is another number. Names without such a price have 1.

    Examples
    --------
    >>> price_scale("tariff_vnd_per_kwh", read_profile("mw")), price_scale("cost_mvnd", read_profile("mw"))
    (1.0, 1.0)
    """
    is_price = read_profile().money.currency.lower() in name.split("_")
    return profile.money.units / read_profile().money.units if is_price else 1.0


def inward_unit(unit: str, profile: Profile) -> str:
    """Give the program's own unit of what a profile writes in its way.

    Examples
    --------
    >>> inward_unit("mmwk/km", read_profile("mw")), inward_unit("MWK/kWh", read_profile("mw"))
    ('mvnd/km', 'VND/kWh')
    """
    ours, theirs = read_profile().money, profile.money
    words = {theirs.suffix: ours.suffix, theirs.currency: ours.currency}
    return re.sub(r"[A-Za-z]+", lambda match: words.get(match[0], match[0]), unit)


def outward_record(value: Any, profile: Profile) -> Any:
    """Give nested values with all names of keys as a profile writes them."""
    if profile.code == DEFAULT:
        return value
    if isinstance(value, Mapping):
        return {outward(str(key), profile): outward_record(part, profile) for key, part in value.items()}
    return [outward_record(part, profile) for part in value] if isinstance(value, list | tuple) else value


def inward_keys(value: Any, profile: Profile) -> Any:
    """Give nested values with all names of keys as the program writes them.

    Examples
    --------
    >>> inward_keys({"devices": {"recloser": {"price_mmwk": 3}}}, read_profile("mw"))
    {'devices': {'recloser': {'price_mvnd': 3}}}
    """
    if isinstance(value, Mapping):
        return {inward(str(key), profile): inward_keys(part, profile) for key, part in value.items()}
    return value


def naming_of(profile: Profile) -> list[str]:
    """Give the words of names that differ from country to country, for the record of a run."""
    return list(_tokens(profile))


def inward_record(value: Any, naming: Sequence[str]) -> Any:
    """Give nested values with all names of keys as the program writes them, from the words of `naming_of`."""
    words = dict(zip(naming, _tokens(read_profile()), strict=True))
    if isinstance(value, Mapping):
        return {_translated(str(key), words): inward_record(part, naming) for key, part in value.items()}
    return [inward_record(part, naming) for part in value] if isinstance(value, list) else value


def _tokens(profile: Profile) -> tuple[str, str, str, str]:
    money, voltage = profile.money, profile.voltage
    return money.suffix, money.currency.lower(), f"mv{voltage.upper_kv:g}", f"mv{voltage.lower_kv:g}"


def _translated(name: str, words: Mapping[str, str]) -> str:
    return "_".join(words.get(part, part) for part in name.split("_"))
