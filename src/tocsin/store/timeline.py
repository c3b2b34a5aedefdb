"""The timeline: how an event becomes a row of the chain, and how rows become incidents again. One code for every store.

Called by the SQL and the memory ledger, which only keep rows; the audit reads the same rows. Knows no SQL.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from secrets import token_hex
from typing import NamedTuple, Protocol

from tocsin.errors import NotFound, StoreError
from tocsin.model.chain import GENESIS, body_digest, canonical, link_hash
from tocsin.model.event import Body, BodyErased, Event, body_from_text
from tocsin.model.ground import rfc3339
from tocsin.model.incident import Incident, fold
from tocsin.ports import Head


class EventRow(NamedTuple):
    """One stored event, column by column. `body` is None and `salt` is "" once the body was erased."""

    incident_id: str
    seq: int
    at: str
    actor: str
    salt: str
    body: str | None
    digest: str
    prev: str
    hash: str


class Rows(Protocol):
    """The few things a timeline asks of whoever keeps its rows."""

    def head(self, incident_id: str) -> Head | None:
        """The newest link, or None for an incident without events."""
        ...

    def incident(self, head: Head) -> Incident:
        """The projection at that head."""
        ...

    def add(self, row: EventRow, projection: Incident) -> None:
        """Keeps one more event together with what its incident now is; its head is the row's."""
        ...

    def project(self, head: Head, projection: Incident) -> None:
        """Replaces what an incident is at its present head."""
        ...

    def of(self, incident_id: str, after: int) -> list[EventRow]:
        """The rows with seq above `after`, in order."""
        ...

    def blank(self, incident_id: str, seq: int) -> None:
        """Forgets one body and its salt."""
        ...

    def heads(self) -> list[Head]:
        """The newest link of every incident, by incident."""
        ...


def _salt() -> str:
    return token_hex(16)


class Timeline:
    """ports.TimelineStore over any Rows. `salt` makes the secret that keeps an erased body from being guessed."""

    def __init__(self, rows: Rows, salt: Callable[[], str] = _salt) -> None:
        self._rows = rows
        self._salt = salt

    def append(self, incident_id: str, body: Body, *, actor: str, at: datetime) -> Event:
        """Chains one more event: reads the head and the projection, never the earlier events."""
        head = self._rows.head(incident_id)
        row = chained(head, incident_id, body, actor=actor, at=at, salt=self._salt())
        event = event_of(row)  # as it will be read again, so that what is folded now is what the audit folds later
        before = Incident(id=incident_id) if head is None else self._rows.incident(head)
        self._rows.add(row, before.apply(event))
        return event

    def events(self, incident_id: str, after: int = 0) -> list[Event]:
        """The incident's events with seq above `after`, in order."""
        return [event_of(row) for row in self._rows.of(incident_id, after)]

    def erase_body(self, incident_id: str, seq: int, *, reason: str, actor: str, at: datetime) -> Event:
        """Erases one body, chains the BodyErased that names it, and folds the incident anew without it.

        Raises NotFound when there is no such event, StoreError when its body is gone already or may not go.
        """
        target = _erasable(self._rows.of(incident_id, seq - 1), incident_id, seq)
        self._rows.blank(incident_id, seq)
        event = self.append(incident_id, BodyErased(seq=seq, digest=target.digest, reason=reason), actor=actor, at=at)
        head = Head(incident_id, event.seq, event.hash)
        self._rows.project(head, fold(incident_id, self.events(incident_id)))
        return event

    def heads(self) -> list[Head]:
        """The newest link of every chain, by incident."""
        return self._rows.heads()


def chained(head: Head | None, incident_id: str, body: Body, *, actor: str, at: datetime, salt: str) -> EventRow:
    """The row that follows `head`. Raises StoreError for a name or a time that cannot be kept as it is."""
    if at.tzinfo is None or "\x00" in actor or "\x00" in incident_id:
        raise StoreError("an event needs a time with its offset, and names without NUL.", "Correct the caller.")
    seq, prev = (head.seq + 1, head.hash) if head else (1, GENESIS)
    text, moment = body_text(body), rfc3339(at)
    digest = body_digest(salt, text)
    link = link_hash(prev, incident_id, seq, moment, actor, digest)
    return EventRow(incident_id, seq, moment, actor, salt, text, digest, prev, link)


def body_text(body: Body) -> str:
    """The one spelling of a body that is stored and digested; what JSON cannot say (NaN) becomes null."""
    return canonical(json.loads(body.model_dump_json()))


def event_of(row: EventRow) -> Event:
    """The event a row holds. Raises pydantic.ValidationError, or ValueError, when body or time are damaged.

    Only the body is validated: the rest is ours, and already of its type.
    """
    return Event.model_construct(
        incident_id=row.incident_id,
        seq=row.seq,
        at=datetime.fromisoformat(row.at).astimezone(UTC),
        actor=row.actor,
        body=None if row.body is None else body_from_text(row.body),
        digest=row.digest,
        prev=row.prev,
        hash=row.hash,
    )


def _erasable(rows: list[EventRow], incident_id: str, seq: int) -> EventRow:
    """The row of that number, first of `rows`, if its body is there and may go."""
    if not rows or rows[0].seq != seq:
        raise NotFound(f"incident {incident_id} has no event {seq}.", "Look up the number on its timeline.")
    if rows[0].body is None:
        raise StoreError(f"the body of event {seq} of {incident_id} is erased already.", code="TCS-STORE-ERASED")
    if json.loads(rows[0].body).get("kind") == "body_erased":
        what = f"event {seq} of {incident_id} is itself the record of an erasure."
        raise StoreError(what, "Erasures stay on the record.", code="TCS-STORE-ERASED")
    return rows[0]
