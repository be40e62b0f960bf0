"""A QGIS project inside the GeoPackage: all layers in the order of the pages, styled and labelled.

QGIS keeps projects in the table `qgis_projects`: the archive of the project file, written in hexadecimal. The project
is composed here without QGIS: it holds the styles of `qgis.py` and the words of the layers.
"""

from __future__ import annotations

import contextlib
import io
import re
import sqlite3
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import geopandas as gpd

from infragap.gis.crs import to_wgs84
from infragap.maps.exports.qgis import qgis_style

NAME = "infragap"
FIXED_DATE = (2026, 1, 1, 0, 0, 0)
METADATA = '{"last_modified_time": "2026-01-01T00:00:00", "last_modified_user": "infragap"}'
WGS84 = "<spatialrefsys><authid>EPSG:4326</authid><srid>4326</srid><description>WGS 84</description></spatialrefsys>"
GEOMETRIES = {"Point": "Point", "LineString": "Line", "Polygon": "Polygon"}


def write_project(path: Path, layers: Mapping[str, gpd.GeoDataFrame], titles: Mapping[str, str], title: str) -> None:
    """Write the project into a GeoPackage that holds the layers.

    Parameters
    ----------
    path
        The GeoPackage.
    layers
        By name, the undermost last.
    titles
        Name of each layer in words.
    title
        Of the project.
    """
    text = project_text({name: frame for name, frame in layers.items() if len(frame)}, titles, title, path.name)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(zipfile.ZipInfo(f"{NAME}.qgs", FIXED_DATE), text)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("CREATE TABLE qgis_projects(name TEXT PRIMARY KEY, metadata BLOB, content BLOB)")
        row = (NAME, METADATA, archive.getvalue().hex())
        database.execute("INSERT INTO qgis_projects VALUES (?, ?, ?)", row)


def project_text(layers: Mapping[str, gpd.GeoDataFrame], titles: Mapping[str, str], title: str, file: str) -> str:
    """Compose the project file."""
    placed = {name: to_wgs84(frame) for name, frame in layers.items()}
    tree = "".join(
        f'<layer-tree-layer id={quoteattr(name)} name={quoteattr(titles.get(name, name))} providerKey="ogr" '
        f'source={quoteattr(_source(file, name))} checked="Qt::Checked" expanded="0"/>'
        for name in placed
    )
    boxes = [frame.total_bounds for frame in placed.values()]
    edges = (
        [choose(box[i] for box in boxes) for i, choose in enumerate((min, min, max, max))] if boxes else [0, 0, 1, 1]
    )
    corners = zip(("xmin", "ymin", "xmax", "ymax"), edges, strict=True)
    extent = "".join(f"<{name}>{value:.6f}</{name}>" for name, value in corners)
    maps = "".join(_layer(name, frame, titles.get(name, name), file) for name, frame in placed.items())
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        f'<qgis version="3.28.0" projectname={quoteattr(title)}><title>{escape(title)}</title>'
        f"<projectCrs>{WGS84}</projectCrs><layer-tree-group>{tree}</layer-tree-group>"
        f'<mapcanvas name="theMapCanvas"><units>degrees</units><extent>{extent}</extent>'
        f"<destinationsrs>{WGS84}</destinationsrs></mapcanvas><projectlayers>{maps}</projectlayers>"
        '<properties><Paths><Absolute type="bool">false</Absolute></Paths></properties></qgis>\n'
    )


def _layer(name: str, frame: gpd.GeoDataFrame, title: str, file: str) -> str:
    kind = GEOMETRIES[str(frame.geom_type.dropna().iloc[0]).removeprefix("Multi")]
    style = re.search(r"<qgis [^>]*>(.*)</qgis>", qgis_style(name, frame), flags=re.DOTALL)
    labelled = "1" if style is not None and "<labeling" in style[1] else "0"
    return (
        f'<maplayer type="vector" geometry="{kind}" labelsEnabled="{labelled}"><id>{escape(name)}</id>'
        f"<datasource>{escape(_source(file, name))}</datasource><layername>{escape(title)}</layername>"
        f'<srs>{WGS84}</srs><provider encoding="UTF-8">ogr</provider>{style[1] if style is not None else ""}</maplayer>'
    )


def _source(file: str, name: str) -> str:
    return f"./{file}|layername={name}"
