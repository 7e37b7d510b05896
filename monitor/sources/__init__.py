"""Senses: adapters that turn bytes from outside into the domain's values."""
