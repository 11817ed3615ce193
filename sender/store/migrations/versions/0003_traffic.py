"""How fast a mailer may be asked, how far an import came, and quick ways to what is due and to what is uncertain."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

UNCERTAIN = sa.text("state = 'uncertain'")
LEFT = sa.text("left_batch_id IS NOT NULL")
DUE = sa.text("next_due_at IS NOT NULL")
TO_ASK = sa.text("status = 'pending' AND next_due_at IS NOT NULL")
BEHIND = """
UPDATE batch SET behind = (
    SELECT min(earlier.sending_at) FROM batch AS earlier
    WHERE earlier.begun < batch.begun AND earlier.sending_at > batch.sending_at + 7200
) WHERE state = 'uncertain'
"""


def upgrade() -> None:
    """Bring a database from `0002` to `0003`."""
    op.add_column("batch", sa.Column("told", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.add_column("batch", sa.Column("repeatable", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_index(
        "batch_uncertain", "batch", ["sending_at"], unique=False, sqlite_where=UNCERTAIN, postgresql_where=UNCERTAIN
    )
    op.create_index("batch_sending_at", "batch", ["sending_at"], unique=False)
    op.add_column("batch", sa.Column("begun", sa.BigInteger(), nullable=True))
    op.execute("UPDATE batch SET begun = id WHERE sending_at IS NOT NULL")
    op.create_index("batch_begun", "batch", ["begun"], unique=False)
    op.add_column("batch", sa.Column("behind", sa.BigInteger(), nullable=True))
    op.execute(BEHIND)
    op.add_column("delivery", sa.Column("left_batch_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "delivery_left_batch", "delivery", ["left_batch_id"], unique=False, sqlite_where=LEFT, postgresql_where=LEFT
    )
    op.create_index(
        "enrolment_longest_due", "enrolment", ["due_since", "next_due_at", "id"], unique=False, sqlite_where=DUE,
        postgresql_where=DUE,
    )  # fmt: skip
    op.create_index(
        "enrolment_to_ask", "enrolment", ["due_since", "next_due_at", "id"], unique=False, sqlite_where=TO_ASK,
        postgresql_where=TO_ASK,
    )  # fmt: skip
    op.drop_index("enrolment_batch", "enrolment")
    op.create_table(
        "traffic",
        sa.Column("mailer", sa.String(length=20), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("closed_until", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("free_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("began_on", sa.Date(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("sent", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("mailer", name=op.f("pk_traffic")),
    )
    op.create_table(
        "import_run",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("suppressed", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_import_run")),
    )
