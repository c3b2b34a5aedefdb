"""The tables, one description for SQLite and PostgreSQL. Read by the ledger, the migrations and the audit; runs no SQL.

Two habits hold throughout. Values are kept whole as JSON in `data` and the columns beside it exist only to be searched.
Text that came from outside is searched by its digest: no length an index refuses, no NUL that PostgreSQL refuses.
Times to sort by are whole microseconds since 1970; the chain's own `at` is the text that was hashed.
"""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

from sqlalchemy import BigInteger, Column, Identity, Index, Integer, LargeBinary, MetaData, Table, Text

REVISION = "0008"
"""The migration these tables agree with; a test holds the two together."""

metadata = MetaData()
_ROWID = BigInteger().with_variant(Integer, "sqlite")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _order() -> Column[int]:
    """Order of arrival, to break ties between equal times."""
    return Column("n", _ROWID, Identity(always=True), primary_key=True)


events = Table(
    "events",
    metadata,
    Column("incident_id", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("salt", Text, nullable=False),
    Column("body", Text),
    Column("digest", Text, nullable=False),
    Column("prev", Text, nullable=False),
    Column("hash", Text, nullable=False),
    sqlite_with_rowid=False,  # one copy of each event, in the order the audit reads them
)

incidents = Table(
    "incidents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("is_open", Integer, nullable=False),  # 1: open; 2: over, and still walked; 0: neither
    Column("declared_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
    Column("data", Text, nullable=False),
    Index("incidents_declared", "declared_at"),
    Index("incidents_open", "is_open", "declared_at"),
)

alerts = Table(
    "alerts",
    metadata,
    _order(),
    Column("id", Text, nullable=False, unique=True),
    Column("occurrence", Text, nullable=False, unique=True),
    Column("condition", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("disposition", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("incident_id", Text, nullable=False),
    Column("data", Text, nullable=False),
    Index("alerts_condition", "condition", "received_at"),
    Index("alerts_received", "received_at"),
    Index("alerts_disposition", "disposition", "received_at"),
    Index("alerts_incident", "incident_id", "received_at"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("received_at", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("data", Text, nullable=False),
    Index("deliveries_status", "status", "received_at"),
)

evidence = Table(
    "evidence",
    metadata,
    _order(),
    Column("id", Text, nullable=False, unique=True),
    Column("incident_id", Text, nullable=False),
    Column("collected_at", BigInteger, nullable=False),
    Column("data", Text, nullable=False),
    Index("evidence_incident", "incident_id", "collected_at"),
)

changes = Table(
    "changes",
    metadata,
    _order(),
    Column("id_key", Text, nullable=False, unique=True),
    Column("service_key", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("data", Text, nullable=False),
    Index("changes_at", "at"),
)

silences = Table(
    "silences",
    metadata,
    Column("id_key", Text, primary_key=True),
    Column("starts_at", BigInteger, nullable=False),
    Column("data", Text, nullable=False),
)

steps = Table(
    "steps",
    metadata,
    Column("incident_id", Text, primary_key=True),
    Column("key", Text, primary_key=True),
)

workers = Table(
    "workers",
    metadata,
    Column("name", Text, primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("present", Integer, nullable=False),
    Column("beats", BigInteger, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("sha256", Text, nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", Text, nullable=False),
    Column("last_used_at", Text, nullable=False),
    Column("data", Text, nullable=False),
)

answers = Table(
    "answers",
    metadata,
    Column("id_key", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("data", Text, nullable=False),
    Index("answers_at", "at"),
)


stops = Table("stops", metadata, _order(), Column("data", Text, nullable=False))

outbox = Table(
    "outbox",
    metadata,
    Column("key", Text, primary_key=True),
    Column("n", BigInteger, nullable=False),
    Column("incident_id", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("receiver", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("waits", Integer, nullable=False),
    Column("next_at", BigInteger, nullable=False),
    Column("data", Text, nullable=False),
    Index("outbox_due", "status", "next_at"),
    Index("outbox_lane", "lane", "status", "n"),
    Index("outbox_incident", "incident_id"),
)

keys = Table("keys", metadata, Column("name", Text, primary_key=True), Column("data", Text, nullable=False))

subscribers = Table(
    "subscribers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("address_key", Text, nullable=False, unique=True),
    Column("data", Text, nullable=False),
)

maintenances = Table(
    "maintenances",
    metadata,
    Column("id", Text, primary_key=True),
    Column("starts_at", BigInteger, nullable=False),
    Column("data", Text, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("id_key", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("data", Text, nullable=False),
)


def key(*texts: str) -> str:
    """What outside text is searched by: a digest of fixed length, whatever the text holds."""
    return sha256("\x1f".join(texts).encode()).hexdigest()


def micros(moment: datetime | None) -> int:
    """Whole microseconds since 1970, to sort and compare by; no time counts as the beginning of time."""
    return 0 if moment is None else (moment - _EPOCH) // timedelta(microseconds=1)
