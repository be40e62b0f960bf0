"""What an analysis needs of a data pack: layers that it cannot do without, layers that it uses where they are there,
and what must hold in them.

Each analysis declares it once (`NEEDS` of its room). `infragap check --for` shows it, a run asks for it before it
begins, and the analysis itself asks for it when somebody calls it alone: one function, the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from infragap.gis.errors import MissingDataError
from infragap.gis.findings import Check, Finding, fault
from infragap.gis.pack import Pack

MISSING_LAYER: dict[str, Check] = {
    analysis: fault(f"needs.{analysis}.layer", reason="the analysis reads it, and nothing stands in for it")
    for analysis in ("electricity", "water", "schools")
}


@dataclass(frozen=True)
class Precondition:
    """Something that must hold in the layers.

    Attributes
    ----------
    layers
        Layers that it looks at; it is judged where all of them are there.
    unmet
        Gives a finding where it does not hold, else None.
    waived_by
        Name of the parameter that makes the analysis do without it when it is given; empty where none does.
    """

    layers: tuple[str, ...]
    unmet: Callable[[Pack], Finding | None]
    waived_by: str = ""


@dataclass(frozen=True)
class Needs:
    """What one analysis needs.

    Attributes
    ----------
    analysis
        Its name.
    layers, optional, replaceable
        Layers that it cannot do without, those that it uses where they are there, and those that something stated
        stands in for where they are not.
    preconditions
        What else must hold.
    """

    analysis: str
    layers: tuple[str, ...]
    optional: tuple[str, ...] = ()
    replaceable: tuple[str, ...] = ()
    preconditions: tuple[Precondition, ...] = ()

    def lacking(self, pack: Pack, given: Collection[str] = ()) -> list[Finding]:
        """Give what a pack lacks for the analysis: layers first, then what does not hold in those that are there and
        can be read, unless a given parameter makes it needless."""
        missing = [MISSING_LAYER[self.analysis].found(name) for name in self.layers if not self._holds(pack, name)]
        readable = {name for name in self.layers if self._holds(pack, name) and not pack.layer_faults(name)}
        asked = [p for p in self.preconditions if readable.issuperset(p.layers) and p.waived_by not in given]
        judged = [p.unmet(pack) for p in asked]
        return missing + [finding for finding in judged if finding is not None]

    @staticmethod
    def _holds(pack: Pack, name: str) -> bool:
        return pack.has(name) and name not in pack.stand_ins

    def require(self, pack: Pack, given: Collection[str] = ()) -> None:
        """Refuse a pack that lacks something.

        Raises
        ------
        MissingDataError
            All that it lacks, one sentence a line.
        """
        if lacking := self.lacking(pack, given):
            raise missing_data(lacking)


def missing_data(lacking: Sequence[Finding]) -> MissingDataError:
    """Make what a pack lacks an error: one sentence a line, the findings with it."""
    return MissingDataError("\n".join(map(str, lacking)), findings=lacking)
