"""What a data pack is ready for: each analysis against the layers, rows and preconditions that it has declared; for
`check` and for `run` alike."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import pandas as pd

from infragap.analyses.electricity import preconditions as electricity
from infragap.analyses.electricity.parameters import ElectricityParameters
from infragap.analyses.needs import Needs
from infragap.analyses.parameters import Parameters, prices_missing
from infragap.analyses.schools import needs as schools
from infragap.analyses.schools.parameters import SchoolsParameters
from infragap.analyses.water import needs as water
from infragap.analyses.water.parameters import WaterParameters
from infragap.console.messages import Message, refused
from infragap.gis import schema
from infragap.gis.errors import InfragapError, LayerError, MissingDataError, ParameterError
from infragap.gis.findings import Finding, fault, faults, findings_of, listed, notices
from infragap.gis.pack import Pack, read_pack
from infragap.gis.stand_ins import with_stand_ins
from infragap.settings import ANALYSES

PRICES = fault("profile.prices", reason="prices of another country's money would be taken for this one's, in silence")

PARAMETERS: Mapping[str, type[Parameters]] = {
    "electricity": ElectricityParameters,
    "water": WaterParameters,
    "schools": SchoolsParameters,
}

NEEDS: Mapping[str, Needs] = {needs.analysis: needs for needs in (electricity.NEEDS, water.NEEDS, schools.NEEDS)}


class LayerState(StrEnum):
    """How a layer stands towards one analysis."""

    READY = "ready"
    FAULTY = "faulty"
    MISSING = "missing"
    LEFT_OUT = "left_out"
    """An optional layer that the pack does not hold."""


@dataclass(frozen=True)
class LayerReport:
    """One layer of the pack.

    Attributes
    ----------
    state
        How it stands.
    rows
        Number of rows; None for rasters and layers that cannot be read.
    absent_columns
        Columns that may be left out and are not there, or hold nothing.
    """

    state: LayerState
    rows: int | None = None
    absent_columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Readiness:
    """What a pack is ready for.

    Attributes
    ----------
    findings
        Faults and notices of the check; missing layers stand in `lacking` alone.
    layers
        By analysis, then by layer, how each layer stands.
    lacking
        By analysis, what the pack lacks for it.
    """

    findings: tuple[Finding, ...]
    layers: Mapping[str, Mapping[str, LayerReport]]
    lacking: Mapping[str, tuple[Finding, ...]]

    @property
    def has_faults(self) -> bool:
        """Whether the check has found faults."""
        return bool(faults(self.findings))

    def is_ready(self, analysis: str) -> bool:
        """Whether a run of the analysis would begin."""
        return not self.has_faults and not self.lacking[analysis]

    @property
    def refusals(self) -> list[Finding]:
        """All that keeps a run of the analyses from beginning, each once."""
        lacking = [finding for found in self.lacking.values() for finding in found]
        return list({finding.spoken(): finding for finding in (*faults(self.findings), *lacking)}.values())

    def as_json(self, language: str) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "findings": [finding.as_json(language) for finding in self.findings],
            "analyses": {
                analysis: {
                    "ready": self.is_ready(analysis),
                    "layers": {
                        name: {"state": r.state.value, "rows": r.rows, "absent_columns": list(r.absent_columns)}
                        for name, r in layers.items()
                    },
                    "lacking": [finding.as_json(language) for finding in self.lacking[analysis]],
                }
                for analysis, layers in self.layers.items()
            },
        }


def chosen_analyses(given: str | None, option: str) -> tuple[str, ...]:
    """Read a list of analyses, comma-separated; all of them where nothing is given.

    Raises
    ------
    ParameterError
        A name is unknown, or the list is empty.
    """
    names = ANALYSES if given is None else tuple(part.strip() for part in given.split(",") if part.strip())
    unknown = sorted(set(names) - set(ANALYSES))
    if unknown or not names:
        values = {"option": option, "given": ",".join(unknown) or "-", "known": ", ".join(ANALYSES)}
        raise refused(ParameterError, [Message("command.run.unknown_analysis", values)])
    return tuple(name for name in ANALYSES if name in names)


def judge_folder(folder: Path, analyses: Collection[str]) -> Readiness:
    """Judge the pack in a folder; one that cannot be opened is ready for nothing."""
    try:
        pack = read_pack(folder)
    except InfragapError as error:
        found = tuple(findings_of(error, layer="catalog"))
        return Readiness(found, {name: {} for name in analyses}, dict.fromkeys(analyses, ()))
    return judge(pack, analyses)


def judge(pack: Pack, analyses: Collection[str], given: Collection[str] = ()) -> Readiness:
    """Judge a pack for some analyses; `given` names parameters that stand in for something it would need."""
    pack = with_stand_ins(pack, [name for analysis in analyses for name in NEEDS[analysis].replaceable])
    found = [finding for finding in pack.findings() if not _is_missing_layer(finding, pack)]
    reports = {name: _report(pack, name) for name in (*schema.LAYERS, *schema.RASTERS)}
    return Readiness(
        findings=tuple(found),
        layers={name: _layers_of(NEEDS[name], reports) for name in analyses},
        lacking={name: (*NEEDS[name].lacking(pack, given), *_without_price(pack, name)) for name in analyses},
    )


def require_ready(pack: Pack, analyses: Collection[str], given: Collection[str] = ()) -> list[Finding]:
    """Refuse a pack that is not ready for some analyses, and give the notices otherwise.

    Raises
    ------
    LayerError
        The pack has faults; what it lacks is named with them.
    MissingDataError
        The pack is sound and lacks something.
    """
    readiness = judge(pack, analyses, given)
    if refusals := readiness.refusals:
        kind = LayerError if faults(readiness.findings) else MissingDataError
        raise kind("\n".join(map(str, refusals)), findings=refusals)
    return notices(readiness.findings)


def notices_of(pack: Pack, analyses: Collection[str], given: Collection[str] = ()) -> list[Finding]:
    """Give the notices on a part of a pack that has been checked as a whole.

    What is unlikely among all rows of a layer may well be true of some: so nothing is refused.
    """
    return notices(judge(pack, analyses, given).findings)


def _without_price(pack: Pack, analysis: str) -> list[Finding]:
    """Say which prices the country of a pack lacks for an analysis."""
    names = prices_missing(PARAMETERS[analysis], pack.profile)
    values: dict[str, Any] = {
        "profile": pack.profile.code,
        "currency": pack.profile.money.currency,
        "analysis": analysis,
        "count_missing": len(names),
        "names": listed(names),
    }
    return [PRICES.found("catalog", **values)] if names else []


def _is_missing_layer(finding: Finding, pack: Pack) -> bool:
    return finding.layer in (*schema.LAYERS, *schema.RASTERS) and not pack.has(finding.layer)


def _layers_of(needs: Needs, reports: Mapping[str, LayerReport]) -> dict[str, LayerReport]:
    optional = {
        name: LayerReport(LayerState.LEFT_OUT) if reports[name].state is LayerState.MISSING else reports[name]
        for name in (*needs.replaceable, *needs.optional)
    }
    return {name: reports[name] for name in needs.layers} | optional


def _report(pack: Pack, name: str) -> LayerReport:
    if not pack.has(name) or name in pack.stand_ins:
        return LayerReport(LayerState.MISSING)
    if pack.layer_faults(name):
        return LayerReport(LayerState.FAULTY)
    layer = pack.layer(name)
    if not isinstance(layer, pd.DataFrame):
        return LayerReport(LayerState.READY)
    described = schema.describe(schema.LAYERS[name])
    free = described.loc[~described["required"] | described["may_be_empty"], "column"]
    absent = tuple(column for column in free if column not in layer or layer[column].isna().all())
    return LayerReport(LayerState.READY, len(layer), absent)
