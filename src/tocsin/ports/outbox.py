"""The outbox: what must leave the house, kept with the events that decided it. Written by the response, read by the postman."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from tocsin.model.move import Letter
from tocsin.model.plain import minute
from tocsin.ports.effects import Message

_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
_CALLS = frozenset({"page", "acknowledge", "unpage"})


def moment(number: int) -> datetime:
    """The time that a parcel's number stands for, in UTC."""
    return _BEFORE_ALL + timedelta(microseconds=number)


@dataclass(frozen=True, slots=True)
class Parcel:
    """One thing to be sent, kept in the same transaction as the event that decided it. `key` makes it happen once.

    `kind` names who delivers it; `number` orders parcels by when they were decided (microseconds since 1970).
    `status`: waiting, failed (tried again at `next_at`), sent, given_up, or withheld (mode observe).
    """

    key: str
    incident_id: str
    kind: str
    payload: dict[str, str]
    number: int = 0
    status: str = "waiting"
    attempts: int = 0
    next_at: datetime | None = None
    error: str = ""

    @classmethod
    def of(cls, letter: Letter, incident_id: str, now: datetime) -> "Parcel":
        """A letter, ready to be sent."""
        number = (now - _BEFORE_ALL) // timedelta(microseconds=1)
        return cls(letter.key, incident_id, letter.kind, dict(letter.payload), number=number)

    @property
    def decided_at(self) -> datetime:
        """When it was decided, in UTC."""
        return moment(self.number)

    @property
    def receiver(self) -> str:
        """Who gets it: `page`, `message:slack`. A receiver that fails or is slow holds up nobody but itself."""
        which = self.payload.get(
            {"message": "channel", "work_item": "tracker", "subscriber": "via"}.get(self.kind, ""), ""
        )
        return f"{self.kind}:{which}" if which else self.kind

    @property
    def lane(self) -> str:
        """Parcels of one lane leave one after another, so that a channel is opened before it is posted in."""
        if self.kind in _CALLS:
            return f"{self.incident_id} calls"
        if self.kind == "subscriber":
            return f"subscriber {self.payload.get('subscriber') or self.key}"
        return f"{self.incident_id} {self.receiver}"

    @property
    def waits(self) -> bool:
        """False for a call: it never waits for the one before. What ends a call does wait for it."""
        return self.kind != "page"


OPEN_PARCELS = frozenset({"waiting", "failed"})
"""Parcels somebody still has to deliver."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many parcels of one receiver have one status, and when the oldest of them was decided, in UTC."""

    receiver: str
    status: str
    count: int
    oldest_at: datetime

    def __str__(self) -> str:
        return f"{self.count} {self.status.replace('_', ' ')} since {minute(self.oldest_at)}"


class OutboxStore(Protocol):
    """What must leave the house: put with the event that decided it, delivered later, at least once, with its key."""

    def put(self, parcel: Parcel) -> bool:
        """Keeps it, behind everything in its lane; False when its key is kept already, and then nothing changes."""
        ...

    def update(self, parcel: Parcel) -> None:
        """What became of it."""
        ...

    def claim(self, parcel: Parcel, until: datetime) -> bool:
        """Sets it aside for whoever asks, until then; False when it is no longer as `parcel` says."""
        ...

    def get(self, key: str) -> Parcel | None:
        """The parcel of that key."""
        ...

    def due(self, now: datetime, each: int = 20) -> list[Parcel]:
        """Those to be delivered now, oldest decision first: the first of each lane, at most `each` of one receiver."""
        ...

    def undelivered(self, limit: int = 100, incident_id: str = "") -> list[Parcel]:
        """Waiting, failed and given up, newest decision first; of one incident, or of all."""
        ...

    def backlog(self) -> list[Backlog]:
        """All that is undelivered, counted by receiver and status, in that order."""
        ...

    def forget(self, before: datetime) -> int:
        """Forgets what belongs to no incident, was decided before that, and is done with; says how many."""
        ...

    def of(self, incident_id: str) -> list[Parcel]:
        """Everything of one incident, in the order it was decided."""
        ...


def message_payload(channel: str, message: Message) -> dict[str, str]:
    """The payload of a letter of kind `message`: the configured channel's name, and the message's fields as text."""
    told = asdict(message)
    for kept_elsewhere in ("key", "incident_id", "known", "at", "repeated"):
        del told[kept_elsewhere]
    return {"channel": channel} | {name: _text(value) for name, value in told.items() if value}


def _text(value: Any) -> str:  # noqa: ANN401 - whatever a message holds
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
