"""What subscribers do for themselves: pauses, requests of their own, changes of address, and what events tell."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PENDING = sa.text("status = 'pending'")


def upgrade() -> None:
    """Bring a database from `0001` to `0002`."""
    op.add_column("enrolment", sa.Column("ended_at", sa.BigInteger(), nullable=True))
    op.add_column("enrolment", sa.Column("ended_from", sa.String(length=10), nullable=True))
    op.add_column("enrolment", sa.Column("resume_on", sa.Date(), nullable=True))
    op.add_column("enrolment", sa.Column("asked_at", sa.BigInteger(), nullable=True))
    op.add_column("enrolment", sa.Column("afresh", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_index(
        "enrolment_pending", "enrolment", ["created_at"], unique=False, sqlite_where=PENDING, postgresql_where=PENDING
    )
    op.create_index("enrolment_subscriber", "enrolment", ["subscriber_id"], unique=False)
    op.add_column("delivery", sa.Column("seen", sa.String(length=20), nullable=True))
    op.add_column("delivery", sa.Column("resent", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("quiz_answer", sa.Column("edition_id", ID, nullable=True))
    op.create_table(
        "wording",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_wording")),
    )
    op.create_table(
        "address_change",
        sa.Column("delivery_id", ID, autoincrement=False, nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("email_key", sa.String(length=320), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_address_change_delivery_id")),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_address_change")),
    )
