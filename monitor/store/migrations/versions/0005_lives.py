"""Every revision of a finding is kept, and so is every decision whom to tell."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the tables; findings already stored begin their history as they are now."""
    for name in ("replaces", "superseded_by"):
        op.add_column("findings", sa.Column(name, sa.String(20), nullable=True))
    op.create_table(
        "finding_revisions",
        sa.Column("finding_id", sa.String(20), primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("minor", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("recorded_ms", sa.BigInteger, nullable=False),
        sa.Column("learned_ms", sa.BigInteger, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("changed", sa.Text, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "decisions",
        sa.Column("finding_id", sa.String(20), primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("target", sa.Text, primary_key=True),
        sa.Column("recorded_ms", sa.BigInteger, nullable=False),
        sa.Column("speak", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.execute(
        "INSERT INTO finding_revisions "
        "SELECT id, revision, 0, learned_ms, learned_ms, stage, '[]', "
        '\'{"new":[],"gone":[]}\', body FROM findings'
    )
