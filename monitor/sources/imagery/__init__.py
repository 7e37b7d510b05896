"""Imagery adapters: catalogs of scenes and the one door to raster files."""
