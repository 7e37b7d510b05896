"""A monitor for one port: ship tracking and satellite imagery turned into findings."""

__version__ = "0.1.0"
