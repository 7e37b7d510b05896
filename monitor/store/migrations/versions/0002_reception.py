"""The reception map, when each source gave anything, and what live connections say."""

from collections.abc import Iterable
from itertools import groupby

import sqlalchemy as sa
from alembic import op

from monitor.store.names import source_number

revision = "0002"
down_revision = "0001"

_HOUR_MS = 3_600_000


def upgrade() -> None:
    """Create the tables and fill the first two from the positions stored so far."""
    op.create_table(
        "reception",
        sa.Column("cell", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("hour", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("source_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("minutes", sa.BigInteger, nullable=False),
        sa.Column("low_mmsi", sa.BigInteger, nullable=False),
        sa.Column("high_mmsi", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "feed_hours",
        sa.Column("source_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("hour", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("minutes", sa.BigInteger, nullable=False),
        sa.Column("mmsis", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "source_beats",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("connected", sa.Integer, nullable=False),
        sa.Column("last_frame_ms", sa.BigInteger),
        sa.Column("frames", sa.BigInteger, nullable=False),
        sa.Column("since_ms", sa.BigInteger, nullable=False),
        sa.Column("noted_ms", sa.BigInteger, nullable=False),
    )
    connection = op.get_bind()
    # A label such as `feed:part` belongs to the source `feed`.
    labels = connection.exec_driver_sql("SELECT id, name FROM sources ORDER BY name").all()
    for name in sorted({label.partition(":")[0] or label for _, label in labels}):
        ids = [i for i, label in labels if (label.partition(":")[0] or label) == name]
        connection.exec_driver_sql(
            "INSERT INTO sources (id, name) VALUES (?, ?) ON CONFLICT DO NOTHING",
            (source_number(name), name),
        )
        _fill(connection, source_number(name), ", ".join(map(str, ids)))


def _fill(connection: sa.Connection, number: int, ids: str) -> None:
    """Fill from the positions of some source numbers. Distinct powers of two add up as bits."""
    of_these = f"FROM positions WHERE source_id IN ({ids})"
    connection.exec_driver_sql(
        "INSERT INTO reception "
        "SELECT min((lat_e7 + 900000000) / 2500000, 719) * 1440 "
        "+ (lon_e7 + 1800000000) / 2500000 % 1440 AS cell, "
        f"time_ms / {_HOUR_MS} AS hour, {number}, "
        f"sum(DISTINCT 1 << (time_ms / 60000 % 60)), min(mmsi), max(mmsi) {of_these} "
        "GROUP BY cell, hour"
    )
    minutes = connection.exec_driver_sql(
        f"SELECT received_ms / {_HOUR_MS} AS hour, "
        f"sum(DISTINCT 1 << (received_ms / 60000 % 60)) {of_these} GROUP BY hour"
    ).all()
    heard = connection.exec_driver_sql(
        f"SELECT DISTINCT received_ms / {_HOUR_MS} AS hour, mmsi {of_these} ORDER BY hour, mmsi"
    )
    bits = {hour: value for hour, value in minutes}
    rows = [
        (number, hour, bits[hour], _numbers(mmsi for _, mmsi in group))
        for hour, group in groupby(heard, key=lambda row: row[0])
    ]
    if rows:
        connection.exec_driver_sql("INSERT INTO feed_hours VALUES (?, ?, ?, ?)", rows)


def _numbers(mmsis: Iterable[int]) -> bytes:
    """Return numbers as four bytes each, least significant first."""
    return b"".join(m.to_bytes(4, "little") for m in mmsis)
