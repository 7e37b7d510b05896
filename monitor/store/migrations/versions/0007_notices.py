"""What is owed but held, silences, acknowledgements, and channels that refused for good."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the tables; what the outbox holds counts as told."""
    op.create_table(
        "notices",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("finding_id", sa.String(20), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("news", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("first_ms", sa.BigInteger, nullable=False),
        sa.Column("since_ms", sa.BigInteger, nullable=False),
        sa.Column("due_ms", sa.BigInteger, nullable=False),
        sa.Column("group_key", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("message_id", sa.String(32), nullable=False),
    )
    op.create_index("notices_due", "notices", ["state", "target", "due_ms"])
    op.create_index("notices_finding", "notices", ["finding_id", "target"])
    op.create_table(
        "silences",
        sa.Column("id", sa.String(8), primary_key=True),
        sa.Column("matchers", sa.Text, nullable=False),
        sa.Column("start_ms", sa.BigInteger, nullable=False),
        sa.Column("end_ms", sa.BigInteger, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "acknowledgements",
        sa.Column("finding_id", sa.String(20), primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
    )
    op.create_table(
        "closed_targets",
        sa.Column("target", sa.Text, primary_key=True),
        sa.Column("since_ms", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.add_column("outbox", sa.Column("tried_ms", sa.BigInteger, nullable=True))
    op.create_index("outbox_tried", "outbox", ["target", "tried_ms"])
    op.execute(
        "INSERT INTO notices SELECT o.id, o.finding_id, o.revision, o.target, "
        "COALESCE(d.reason, 'new'), 'told', '', o.created_ms, o.created_ms, o.created_ms, '', "
        "COALESCE(r.stage, ''), o.id FROM outbox o "
        "LEFT JOIN decisions d ON d.finding_id = o.finding_id AND d.revision = o.revision "
        "AND d.target = o.target "
        "LEFT JOIN finding_revisions r ON r.finding_id = o.finding_id "
        "AND r.revision = o.revision AND r.minor = 0"
    )
