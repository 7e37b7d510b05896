"""The first store."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "sources",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text, nullable=False, unique=True),
    )
    op.create_table(
        "positions",
        sa.Column("mmsi", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("time_ms", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("lon_e7", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("lat_e7", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("received_ms", sa.BigInteger, nullable=False),
        sa.Column("sog_kn", sa.Float),
        sa.Column("cog_deg", sa.Float),
        sa.Column("heading_deg", sa.Float),
        sa.Column("nav_status", sa.SmallInteger, nullable=False),
        sa.Column("precision_m", sa.Float, nullable=False),
        sa.Column("source_id", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "vessels",
        sa.Column("mmsi", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("west_e7", sa.Integer, nullable=False),
        sa.Column("south_e7", sa.Integer, nullable=False),
        sa.Column("east_e7", sa.Integer, nullable=False),
        sa.Column("north_e7", sa.Integer, nullable=False),
    )
    op.create_table(
        "heard",
        sa.Column("hour", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("low_mmsi", sa.BigInteger, nullable=False),
        sa.Column("high_mmsi", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "static_reports",
        sa.Column("mmsi", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("digest", sa.String(16), primary_key=True),
        sa.Column("time_ms", sa.BigInteger, nullable=False),
        sa.Column("imo", sa.Integer),
        sa.Column("body", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "scenes",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("acquired_ms", sa.BigInteger, nullable=False),
        sa.Column("available_ms", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "berth_states",
        sa.Column("scene_id", sa.Text, primary_key=True),
        sa.Column("berth_id", sa.Text, primary_key=True),
        sa.Column("acquired_ms", sa.BigInteger, nullable=False),
        sa.Column("references_digest", sa.String(16), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "findings",
        sa.Column("id", sa.String(20), primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("learned_ms", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("finding_id", sa.String(20), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("not_before_ms", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("lease_until_ms", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("uncertain", sa.Integer, nullable=False),
        sa.Column("last_error", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "cursors",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "heartbeats",
        sa.Column("job", sa.Text, primary_key=True),
        sa.Column("started_ms", sa.BigInteger, nullable=False),
        sa.Column("finished_ms", sa.BigInteger),
        sa.Column("succeeded_ms", sa.BigInteger),
        sa.Column("every_s", sa.Integer, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )
    op.create_table(
        "losses",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("reason", sa.Text, primary_key=True),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("example", sa.Text, nullable=False),
    )
    op.create_index("positions_time", "positions", ["time_ms"])
    op.create_index("static_reports_imo", "static_reports", ["imo"])
    op.create_index("scenes_acquired", "scenes", ["acquired_ms"])
    op.create_index("berth_states_acquired", "berth_states", ["acquired_ms"])
    op.create_index("outbox_due", "outbox", ["state", "not_before_ms"])
