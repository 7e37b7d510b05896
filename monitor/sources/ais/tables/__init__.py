"""Tables of positions: text of any layout, Parquet, GeoPackage."""
