"""The tables. Moments are whole seconds since 1970 UTC, so that both databases compare them alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

SCHEMA_VERSION = "0003"
"""The newest migration; a test holds it against the migrations' own account."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


class Moment(TypeDecorator[datetime]):
    """An aware datetime, kept as whole seconds since 1970-01-01T00:00Z."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """The seconds of a moment. A naive datetime is refused: it would mean another moment elsewhere."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its offset")
        return (value - _EPOCH) // _SECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """The moment, in UTC."""
        return None if value is None else datetime.fromtimestamp(value, UTC)


_ID = BigInteger().with_variant(Integer, "sqlite")
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

key = Table(
    "key",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

course = Table(
    "course",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("slug", String(100), nullable=False, unique=True),
    Column("edition_id", _ID),
    Column("held", Boolean, nullable=False, server_default=text("false")),
)

content = Table(
    "content",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("bytes", LargeBinary, nullable=False),
)

edition = Table(
    "edition",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("course_id", _ID, ForeignKey("course.id"), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("published_at", Moment, nullable=False),
    UniqueConstraint("course_id", "hash"),
)

edition_file = Table(
    "edition_file",
    metadata,
    Column("edition_id", _ID, ForeignKey("edition.id"), primary_key=True),
    Column("path", String(400), primary_key=True),
    Column("hash", String(64), ForeignKey("content.hash"), nullable=False),
)

lesson = Table(
    "lesson",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("course_id", _ID, ForeignKey("course.id"), nullable=False),
    Column("slug", String(100), nullable=False),
    UniqueConstraint("course_id", "slug"),
)

lesson_alias = Table(
    "lesson_alias",
    metadata,
    Column("course_id", _ID, ForeignKey("course.id"), primary_key=True),
    Column("slug", String(100), primary_key=True),
    Column("lesson_id", _ID, ForeignKey("lesson.id"), nullable=False),
)

variant = Table(
    "variant",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("edition_id", _ID, ForeignKey("edition.id"), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("lesson_id", _ID, ForeignKey("lesson.id")),
    Column("track", String(100), nullable=False),
    Column("outcomes", JSON, nullable=False),
    Column("outcomes_hash", String(64), nullable=False),
    Column("subject", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("placeholders", JSON, nullable=False),
    Column("salt", String(20), nullable=False),
)
Index(
    "one_variant",
    variant.c.edition_id,
    variant.c.kind,
    func.coalesce(variant.c.lesson_id, text("0")),
    variant.c.track,
    variant.c.outcomes_hash,
    unique=True,
)

subscriber = Table(
    "subscriber",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("email", String(320), nullable=False),
    Column("email_key", String(320), unique=True),
    Column("first_name", Text, nullable=False, server_default=""),
    Column("last_name", Text, nullable=False, server_default=""),
    Column("zone", String(64), nullable=False, server_default=""),
    Column("attributes", JSON, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("erased_at", Moment),
)

enrolment = Table(
    "enrolment",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("subscriber_id", _ID, ForeignKey("subscriber.id"), nullable=False),
    Column("course_id", _ID, ForeignKey("course.id"), nullable=False),
    Column("track", String(100), nullable=False),
    Column("status", String(10), nullable=False),
    Column("ended_reason", String(40), nullable=False, server_default=""),
    Column("overrides", JSON, nullable=False),
    Column("start_at", Moment, nullable=False),
    Column("next_due_at", Moment),
    Column("due_since", Moment),
    Column("batch_id", _ID),
    Column("created_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("ended_from", String(10)),
    Column("resume_on", Date),
    Column("asked_at", Moment),
    Column("afresh", Boolean, nullable=False, server_default=text("false")),
)
_DUE = enrolment.c.next_due_at.is_not(None)
Index("enrolment_due", enrolment.c.next_due_at, enrolment.c.id, sqlite_where=_DUE, postgresql_where=_DUE)
Index("enrolment_longest_due", enrolment.c.due_since, enrolment.c.next_due_at, enrolment.c.id, sqlite_where=_DUE,
      postgresql_where=_DUE)  # fmt: skip
_OPEN = text("status IN ('pending', 'active', 'paused')")
Index("one_open_enrolment", enrolment.c.subscriber_id, enrolment.c.course_id, unique=True, sqlite_where=_OPEN,
      postgresql_where=_OPEN)  # fmt: skip
_PENDING = text("status = 'pending'")
PENDING = text("enrolment.status = 'pending'")
"""What a query says in so many words to use the index of those who have yet to confirm."""
Index("enrolment_pending", enrolment.c.created_at, sqlite_where=_PENDING, postgresql_where=_PENDING)
_TO_ASK = text("status = 'pending' AND next_due_at IS NOT NULL")
Index("enrolment_to_ask", enrolment.c.due_since, enrolment.c.next_due_at, enrolment.c.id, sqlite_where=_TO_ASK,
      postgresql_where=_TO_ASK)  # fmt: skip
Index("enrolment_course", enrolment.c.course_id, enrolment.c.subscriber_id)
Index("enrolment_subscriber", enrolment.c.subscriber_id)

batch = Table(
    "batch",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("course_id", _ID, ForeignKey("course.id"), nullable=False),
    Column("variant_id", _ID, ForeignKey("variant.id"), nullable=False),
    Column("state", String(10), nullable=False),
    Column("owner", String(200), nullable=False, server_default=""),
    Column("lease_until", Moment),
    Column("sending_at", Moment),
    Column("begun", BigInteger),
    Column("behind", Moment),
    Column("told", Boolean, nullable=False, server_default=text("true")),
    Column("repeatable", Boolean, nullable=False, server_default=text("false")),
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("not_before", Moment),
    Column("message_id", String(200), nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
)
_UNDER_WAY = text("state IN ('claimed', 'sending', 'retry')")
UNDER_WAY = text("batch.state IN ('claimed', 'sending', 'retry')")
"""What a query says in so many words to use the index of the batches that are under way: a parameter proves nothing."""
Index("batch_under_way", batch.c.state, batch.c.id, sqlite_where=_UNDER_WAY, postgresql_where=_UNDER_WAY)
_UNCERTAIN = text("state = 'uncertain'")
UNCERTAIN = text("batch.state = 'uncertain'")
"""What a query says in so many words to use the index of the batches that may or may not have been taken."""
Index("batch_uncertain", batch.c.sending_at, sqlite_where=_UNCERTAIN, postgresql_where=_UNCERTAIN)
Index("batch_sending_at", batch.c.sending_at)
Index("batch_begun", batch.c.begun)

traffic = Table(
    "traffic",
    metadata,
    Column("mailer", String(20), primary_key=True),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("closed_until", Moment),
    Column("reason", Text, nullable=False, server_default=""),
    Column("free_at", BigInteger, nullable=False, server_default="0"),
    Column("began_on", Date),
    Column("day", Date),
    Column("sent", Integer, nullable=False, server_default="0"),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("enrolment_id", _ID, ForeignKey("enrolment.id"), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("lesson_id", _ID, ForeignKey("lesson.id")),
    Column("occasion", Integer, nullable=False, server_default="0"),
    Column("slot_at", Moment, nullable=False),
    Column("slot_on", Date, nullable=False),
    Column("batch_id", _ID, ForeignKey("batch.id")),
    Column("left_batch_id", BigInteger),
    Column("outcome", String(10)),
    Column("reason", Text, nullable=False, server_default=""),
    Column("seen", String(20)),
    Column("resent", Boolean, nullable=False, server_default=text("false")),
)
Index(
    "one_delivery",
    delivery.c.enrolment_id,
    delivery.c.kind,
    func.coalesce(delivery.c.lesson_id, text("0")),
    delivery.c.occasion,
    unique=True,
)
Index("delivery_batch", delivery.c.batch_id)
_LEFT = delivery.c.left_batch_id.is_not(None)
Index("delivery_left_batch", delivery.c.left_batch_id, sqlite_where=_LEFT, postgresql_where=_LEFT)

event = Table(
    "event",
    metadata,
    Column("id", Text, primary_key=True),
    Column("delivery_id", _ID, ForeignKey("delivery.id")),
    Column("type", String(40), nullable=False),
    Column("at", Moment, nullable=False),
)
Index("event_delivery", event.c.delivery_id)

suppression = Table(
    "suppression",
    metadata,
    Column("address_hash", String(64), primary_key=True),
    Column("scope", _ID, primary_key=True, autoincrement=False),
    Column("reason", String(40), nullable=False),
    Column("at", Moment, nullable=False),
)

consent = Table(
    "consent",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("enrolment_id", _ID, ForeignKey("enrolment.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("how", String(40), nullable=False),
    Column("wording", String(64), nullable=False),
)
Index("consent_enrolment", consent.c.enrolment_id)

wording = Table(
    "wording",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("text", Text, nullable=False),
)

address_change = Table(
    "address_change",
    metadata,
    Column("delivery_id", _ID, ForeignKey("delivery.id"), primary_key=True, autoincrement=False),
    Column("email", String(320), nullable=False),
    Column("email_key", String(320), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("done_at", Moment),
)

quiz_answer = Table(
    "quiz_answer",
    metadata,
    Column("enrolment_id", _ID, ForeignKey("enrolment.id"), primary_key=True),
    Column("quiz", String(100), primary_key=True),
    Column("answer", String(100), nullable=False),
    Column("at", Moment, nullable=False),
    Column("edition_id", _ID),
)

import_run = Table(
    "import_run",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("line", Integer, nullable=False),
    Column("added", Integer, nullable=False),
    Column("updated", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("suppressed", Integer, nullable=False),
    Column("at", Moment, nullable=False),
)
