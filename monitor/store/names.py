"""Numbers for the names of sources: the same name has the same number in every store."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa


def source_id(connection: sa.Connection, name: str) -> int:
    """Return the number of a source's name, remembered on first use."""
    number = source_number(name)
    connection.exec_driver_sql(
        "INSERT INTO sources (id, name) VALUES (?, ?) ON CONFLICT (id) DO NOTHING", (number, name)
    )
    return number


def source_number(name: str) -> int:
    """Return the number: 48 bits of a hash of the name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "big")
