"""A data pack in memory: layers read when first asked for, validated, and moved into the measuring CRS
(`gis.reading.measured` says which one)."""

from __future__ import annotations

import atexit
import difflib
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from infragap.gis import schema
from infragap.gis.catalog import Catalog, LayerEntry, checksum_findings, read_catalog, unsourced_findings
from infragap.gis.checking.between import Checked, cross_findings
from infragap.gis.crs import WGS84, require_metres, to_measure
from infragap.gis.errors import InfragapError, LayerError
from infragap.gis.findings import Finding, fault, faults, findings_of, notices, refusal
from infragap.gis.raster import Raster
from infragap.gis.reading.canonical import in_canonical_order
from infragap.gis.reading.measured import LayerReader, measuring_crs
from infragap.gis.reading.raster_part import LINES, PLACES, Bounds, ground_of
from infragap.gis.writing.layers import Layer, write_layers
from infragap.profiles.profile import DEFAULT, Profile, ProfileError, read_profile

REQUIRED = ("elevation",)
"""Layers without which no analysis runs; the others are asked for by the analysis that needs them."""

REQUIRED_LAYER = fault("catalog.layer_missing", reason="no analysis runs without these layers: " + ", ".join(REQUIRED))
UNKNOWN_LAYER = fault("catalog.layer_unknown", reason="a layer under a misspelt name is read by nothing, in silence")
PROFILE = fault("catalog.profile", reason="codes, words and prices of the country stand in the profile")
NO_PLACES = fault("catalog.no_places", reason="an analysis asks this layer for places")
NO_TABLE = fault("catalog.no_table", reason="an analysis asks this layer for rows")
NO_RASTER = fault("catalog.no_raster", reason="an analysis asks this layer for a raster")


@dataclass(frozen=True, eq=False)
class Pack:
    """A data pack: catalogue and layers.

    Every layer is read, checked against catalogue and schema, and brought into `crs_measure` [m] when it is first asked
    for; then it is kept. Frames have a RangeIndex in the order of their ids, lines begin at their smaller end: what a
    file gives in another order is the same layer. Do not change them in place.

    Attributes
    ----------
    folder
        Where catalog.toml lies.
    catalog
        Its content.
    stand_ins
        Layers that the pack does not hold and something stated stands in for (`gis.stand_ins`).
    """

    folder: Path
    catalog: Catalog
    stand_ins: frozenset[str] = frozenset()
    _read: dict[str, tuple[gpd.GeoDataFrame | pd.DataFrame | Raster | None, tuple[Finding, ...]]] = field(
        default_factory=dict, repr=False
    )
    _as_drawn: dict[str, gpd.GeoDataFrame | pd.DataFrame] = field(default_factory=dict, repr=False)
    _checked: Checked = field(default_factory=Checked, repr=False)

    @classmethod
    def from_layers(
        cls,
        *,
        crs_measure: str,
        title: str = "layers in memory",
        profile: str = DEFAULT,
        folder: Path | str | None = None,
        mapping: Mapping[str, Mapping[str, Any]] | None = None,
        **layers: Layer,
    ) -> Pack:
        """Make a pack of frames and rasters: they are written as files, and read and checked like any other pack.

        Parameters
        ----------
        crs_measure
            Projected CRS to measure in [m], such as 'EPSG:32736'.
        title
            Of the pack.
        profile
            Of the country: a name, or the absolute path of a TOML file.
        folder
            Where the files are kept; None: a temporary folder that goes when the program ends.
        mapping
            By layer, what its part of the catalogue says besides: `columns`, `values`, `defaults`, `provenance`.
        **layers
            By their names: GeoDataFrames with a CRS, DataFrames, `Raster`s, or paths of raster files.

        Raises
        ------
        LayerError
            A layer is not one of the schema, or has no CRS.

        Examples
        --------
        >>> import geopandas as gpd, shapely
        >>> houses = gpd.GeoDataFrame(
        ...     {"place": ["Chitakale"], "persons": [460]}, geometry=[shapely.Point(35.5, -16)], crs="EPSG:4326"
        ... )
        >>> columns = {"name": "place", "households": "persons / 4.6"}
        >>> ids = {"settlement_id": "S{row}", "kind": "village", "supply": "none", "position_accuracy_m": 100.0}
        >>> pack = Pack.from_layers(
        ...     crs_measure="EPSG:32736",
        ...     profile="mw",
        ...     settlements=houses,
        ...     mapping={"settlements": {"columns": columns, "defaults": ids}},
        ... )
        >>> pack.settlements[["settlement_id", "households"]].values.tolist()
        [['S00001', 100]]
        """
        kept = Path(folder) if folder is not None else Path(_temporary_folder())
        write_layers(kept, layers, title=title, crs_measure=crs_measure, profile=profile, mapping=mapping)
        return read_pack(kept)

    @cached_property
    def profile(self) -> Profile:
        """What is particular to the country of the pack."""
        return read_profile(self.catalog.pack.profile, folder=self.folder)

    @property
    def has_areas(self) -> bool:
        """Whether the pack says which areas there are; where it does not, all places are of one."""
        return self.has("communes") and "communes" not in self.stand_ins

    @cached_property
    def crs_measure(self) -> str:
        """Projected CRS of all layers in memory [m]: that of the elevation raster where it can measure, else the
        catalogue's."""
        return measuring_crs(self.folder, self.catalog)

    @property
    def communes(self) -> gpd.GeoDataFrame:
        """Commune polygons."""
        return self._frame("communes")

    @property
    def villages(self) -> gpd.GeoDataFrame:
        """Villages."""
        return self._frame("villages")

    @property
    def settlements(self) -> gpd.GeoDataFrame:
        """Settlements without safe grid supply."""
        return self._frame("settlements")

    @property
    def roads(self) -> gpd.GeoDataFrame:
        """Roads and tracks."""
        return self._frame("roads")

    @property
    def rivers(self) -> gpd.GeoDataFrame:
        """Rivers and large streams."""
        return self._frame("rivers")

    @property
    def lakes(self) -> gpd.GeoDataFrame:
        """Lakes and reservoirs."""
        return self._frame("lakes")

    @property
    def bridges(self) -> gpd.GeoDataFrame:
        """Road bridges."""
        return self._frame("bridges")

    @property
    def grid_lines(self) -> gpd.GeoDataFrame:
        """Power lines of medium voltage and above."""
        return self._frame("grid_lines")

    @property
    def substations(self) -> gpd.GeoDataFrame:
        """Transformer stations."""
        return self._frame("substations")

    @property
    def stations(self) -> gpd.GeoDataFrame:
        """Distribution stations, medium to low voltage."""
        return self._frame("stations")

    @property
    def hydro_sites(self) -> gpd.GeoDataFrame:
        """Places on streams where a small hydro plant could stand."""
        return self._frame("hydro_sites")

    @property
    def water_schemes(self) -> gpd.GeoDataFrame:
        """Piped water schemes."""
        return self._frame("water_schemes")

    @property
    def schools(self) -> gpd.GeoDataFrame:
        """Boarding and upper-secondary schools."""
        return self._frame("schools")

    @property
    def solar(self) -> pd.DataFrame:
        """Sunshine by commune and month."""
        return self._table("solar")

    @property
    def water_households(self) -> pd.DataFrame:
        """Household water works by commune."""
        return self._table("water_households")

    @property
    def elevation(self) -> Raster:
        """Height above sea level [m], square cells."""
        return self._raster("elevation")

    @property
    def forest(self) -> Raster:
        """Forest class codes, see `schema.FOREST_*`."""
        return self._raster("forest")

    @property
    def runoff(self) -> Raster:
        """Runoff [mm/month], twelve bands."""
        return self._raster("runoff")

    def has(self, name: str) -> bool:
        """Tell whether the pack lists a layer."""
        return self.catalog.has(name)

    def with_layers(
        self, made: Mapping[str, tuple[LayerEntry, gpd.GeoDataFrame | pd.DataFrame | Raster, Finding]]
    ) -> Pack:
        """Give the same pack with layers that stand in for absent ones, each with its entry and the notice that says
        so."""
        catalog = self.catalog.model_copy(
            update={"layer": [*self.catalog.layer, *(entry for entry, _, _ in made.values())]}
        )
        read = self._read | {name: (layer, (said,)) for name, (_, layer, said) in made.items()}
        return Pack(self.folder, catalog, self.stand_ins | set(made), read, dict(self._as_drawn))

    def with_moved(self, name: str, places: Mapping[str, tuple[float, float]]) -> Pack:
        """Give the same pack with some points of a layer elsewhere.

        Parameters
        ----------
        name
            Layer of points.
        places
            (longitude, latitude) by the identifier of the row, WGS84 [degrees].

        Raises
        ------
        LayerError
            A row does not exist.
        """
        frame, column = self._frame(name).copy(), self.catalog.entry(name).id or schema.ID_COLUMN[name]
        at = {str(key): row for row, key in enumerate(frame[column])}
        if unknown := sorted(set(places) - set(at)):
            raise LayerError(f"{name}: no row has {column} = {', '.join(unknown)}. Use those of the layer.")
        points = gpd.GeoSeries(gpd.points_from_xy(*zip(*places.values(), strict=True)), crs=WGS84)
        moved = to_measure(gpd.GeoDataFrame(geometry=points), self.crs_measure, layer=name)
        geometry = frame.geometry.to_numpy().copy()
        geometry[[at[key] for key in places]] = moved.geometry.to_numpy()
        frame = frame.set_geometry(gpd.GeoSeries(geometry, crs=frame.crs))
        read = self._read | {name: (frame, self._read[name][1])}
        return Pack(self.folder, self.catalog, self.stand_ins, read, self._as_drawn | {name: frame}, self._checked)

    def exchanged(self, name: str, frame: gpd.GeoDataFrame) -> Pack:
        """Give the pack with other rows in a layer, in `crs_measure`; all else, what was read and found too, stays."""
        read = self._read | {name: (frame, self._attempt(name)[1])}
        return Pack(self.folder, self.catalog, self.stand_ins, read, self._as_drawn | {name: frame}, self._checked)

    def without_rasters(self) -> Pack:
        """Give the same pack to be sent to another process: rasters are quicker read there than sent, those that stand
        in for absent ones come along, and what checks alone look at stays here."""
        kept = {
            name: read for name, read in self._read.items() if name in self.stand_ins or not isinstance(read[0], Raster)
        }
        return Pack(self.folder, self.catalog, self.stand_ins, kept)

    def layer(self, name: str) -> gpd.GeoDataFrame | pd.DataFrame | Raster:
        """Give any layer of the catalogue by its name."""
        return self._layer(name)

    def layer_findings(self, name: str) -> tuple[Finding, ...]:
        """Give what is wrong with one layer by itself: file, checksum, columns, values, geometry, catalogue."""
        return self._attempt(name)[1]

    def layer_faults(self, name: str) -> list[Finding]:
        """Give what keeps one layer from being used."""
        return faults(self.layer_findings(name))

    def findings(self) -> list[Finding]:
        """Give what is wrong with the layers and between them: faults first, then notices."""
        return list(self._findings)

    @cached_property
    def _findings(self) -> tuple[Finding, ...]:
        found = [REQUIRED_LAYER.found(name) for name in REQUIRED if not self.has(name)]
        known = (*schema.LAYERS, *schema.RASTERS)
        for entry in self.catalog.layer:
            if entry.name not in known:
                near = difflib.get_close_matches(entry.name, known, n=1)
                found.append(UNKNOWN_LAYER.found(entry.name, near=near[0] if near else ", ".join(known)))
            if entry.name not in self.stand_ins:
                found += unsourced_findings(entry)
            found += self.layer_findings(entry.name)
        # a raster with a fault of its own (bands, codes, unit) would only be told of a second time
        readable = {
            name: layer
            for name, (layer, own) in self._read.items()
            if layer is not None and not (isinstance(layer, Raster) and faults(own))
        } | self._as_drawn
        readable = {name: layer for name, layer in readable.items() if name not in self.stand_ins}
        crs_of = {entry.name: entry.crs for entry in self.catalog.layer}
        found += cross_findings(
            readable, targets=self.catalog.targets, crs_of=crs_of, profile=self.profile, checked=self._checked
        )
        return (*faults(found), *notices(found))

    def require_sound(self) -> list[Finding]:
        """Refuse a pack with faults.

        Returns
        -------
        list of Finding
            The notices, which a run writes into its results.

        Raises
        ------
        LayerError
            All faults, one a line.
        """
        found = self.findings()
        if faults(found):
            raise refusal(faults(found))
        return notices(found)

    def _frame(self, name: str) -> gpd.GeoDataFrame:
        layer = self._layer(name)
        if not isinstance(layer, gpd.GeoDataFrame):
            raise NO_PLACES.error(name)
        return layer

    def _table(self, name: str) -> pd.DataFrame:
        layer = self._layer(name)
        if not isinstance(layer, pd.DataFrame):
            raise NO_TABLE.error(name)
        return layer

    def _raster(self, name: str) -> Raster:
        layer = self._layer(name)
        if not isinstance(layer, Raster):
            raise NO_RASTER.error(name)
        return layer

    def _layer(self, name: str) -> gpd.GeoDataFrame | pd.DataFrame | Raster:
        layer, found = self._attempt(name)
        if faults(found) or layer is None:
            raise refusal(faults(found))
        return layer

    def _attempt(self, name: str) -> tuple[gpd.GeoDataFrame | pd.DataFrame | Raster | None, tuple[Finding, ...]]:
        if name not in self._read:
            entry = self.catalog.entry(name)
            is_raster = entry.kind == "raster"
            layer, found = self._reader.raster(entry, self._ground) if is_raster else self._read_frame(entry)
            if not any(finding.code.startswith("file.") for finding in found):
                # what could not be opened, or must not be, is not read for its checksum either
                found = [*found, *checksum_findings(self.folder, entry)]
            self._read[name] = (layer, tuple(found))
        return self._read[name]

    @cached_property
    def _reader(self) -> LayerReader:
        one_area = None if self.has_areas else self.profile.administration.area_code_example
        return LayerReader(self.folder, self.catalog.pack.crs_measure, self.crs_measure, self.profile, one_area)

    def _read_frame(self, entry: LayerEntry) -> tuple[gpd.GeoDataFrame | pd.DataFrame | None, list[Finding]]:
        layer, found = self._reader.frame(entry)
        if layer is not None:
            # checks name the rows in the order of the file, and ask whether rivers are drawn downstream
            self._as_drawn[entry.name] = layer
        if layer is not None and not faults(found):
            layer = in_canonical_order(layer, layer=entry.name)
        return layer, found

    def _ground(self) -> Bounds | None:
        frames = {name: self._attempt(name)[0] for name in (*PLACES, LINES) if self.has(name)}
        return ground_of({name: each for name, each in frames.items() if isinstance(each, gpd.GeoDataFrame)})


def _temporary_folder() -> str:
    folder = tempfile.mkdtemp(prefix="infragap-pack-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def read_pack(folder: Path | str) -> Pack:
    """Open a data pack; its layers are read when first asked for.

    Parameters
    ----------
    folder
        Folder with catalog.toml.

    Raises
    ------
    MissingDataError
        No catalogue there.
    LayerError
        The catalogue has faults, or its measuring CRS is not in metres.
    """
    folder = Path(folder)
    catalog = read_catalog(folder)
    require_metres(catalog.pack.crs_measure)
    try:
        read_profile(catalog.pack.profile, folder=folder)
    except ProfileError as error:
        raise PROFILE.error("catalog", reason=str(error)) from error
    return Pack(folder=folder, catalog=catalog)


def check_pack(folder: str | Path) -> list[Finding]:
    """Give all findings on a pack at once, faults first; empty where there is nothing to say."""
    try:
        pack = read_pack(folder)
    except InfragapError as error:
        return findings_of(error, layer="catalog")
    return pack.findings()
