"""A sent message keeps the name the other side gave it: a later one can edit or thread it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the ledger to the outbox; what was sent before has no names there."""
    op.add_column("outbox", sa.Column("thread", sa.Text, nullable=False, server_default=""))
    op.add_column("outbox", sa.Column("sent_ms", sa.BigInteger, nullable=True))
    op.add_column("outbox", sa.Column("remote_id", sa.Text, nullable=False, server_default=""))
    op.create_index("outbox_thread", "outbox", ["target", "thread"])
