"""Findings of a part of the history that is not read again stay as they are."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the mark; nothing is settled yet. Late reports are found by an index of their own."""
    op.add_column("findings", sa.Column("settled", sa.Integer, nullable=False, server_default="0"))
    op.create_index("findings_settled", "findings", ["settled"])
    op.create_index(
        "positions_late",
        "positions",
        ["received_ms"],
        sqlite_where=sa.text("received_ms - time_ms > 86400000"),
        postgresql_where=sa.text("received_ms - time_ms > 86400000"),
    )
