"""A column whose heading is not in the catalogue."""

from dataclasses import dataclass

from infragap.analyses.columns import Column


@dataclass(frozen=True)
class Headed(Column):
    """A column whose heading is not in the catalogue."""

    derived_from: str = "x"
    heading_vi: str = ""

    def heading(self, language: str) -> str:
        return self.heading_vi
