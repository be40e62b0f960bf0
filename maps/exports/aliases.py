"""What layers and columns of results.gpkg are called: the headings, meanings and codes of the tables."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd

from infragap.analyses.columns import Column, Columns
from infragap.gis.writing.geopackage import ColumnWords, LayerWords
from infragap.maps.exports.outward import outward_frame
from infragap.maps.shown import headed
from infragap.profiles.naming import outward
from infragap.wording.catalogue import languages, words
from infragap.wording.codes import labels
from infragap.wording.country import spoken_profile


def layer_words(layers: Mapping[str, gpd.GeoDataFrame], columns: Mapping[str, Columns]) -> dict[str, LayerWords]:
    """Give the words of layers, in the main language of the country.

    Parameters
    ----------
    layers
        By name.
    columns
        Declared columns of those that have them.
    """
    language = languages()[0]
    return {name: _layer(name, frame, columns.get(name, ()), language) for name, frame in layers.items()}


def _layer(name: str, frame: gpd.GeoDataFrame, columns: Columns, language: str) -> LayerWords:
    say, key = words(language), f"maps.file.geojson.{name}"
    title = say(key) if key in say else name
    written = set(map(str, outward_frame(frame.head(0)).columns))
    told = {outward(column.name, spoken_profile()): _column(column, language) for column in columns}
    return LayerWords(title, title, {column: said for column, said in told.items() if column in written})


def _column(column: Column, language: str) -> ColumnWords:
    coded = {code: text[language] for code, text in labels(column.name, column.table).items()}
    return ColumnWords(headed(column)[language], column.meaning(language), coded)
