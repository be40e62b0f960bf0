"""Files for other tools: CSV tables, GeoJSON and GeoPackage layers with QGIS styles, KML."""
