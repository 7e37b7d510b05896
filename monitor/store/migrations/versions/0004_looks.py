"""What each scene says of the whole port, beside the states of its berths."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the table; scenes judged before it was there are judged again."""
    op.create_table(
        "looks",
        sa.Column("scene_id", sa.Text, primary_key=True),
        sa.Column("acquired_ms", sa.BigInteger, nullable=False),
        sa.Column("references_digest", sa.String(16), nullable=False),
        sa.Column("ships", sa.Text, nullable=False),
        sa.Column("aprons", sa.Text, nullable=False),
    )
    op.create_index("looks_acquired", "looks", ["acquired_ms"])
