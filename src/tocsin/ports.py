"""Every door in the outer wall. Adapters live in `connectors`, `sources` and `store`; only `app` knows which stands behind a door.

Connectors are async because they wait for other systems. The ledger is plain and synchronous because a transaction
must be short and whole: the store runs it on its own thread and answers after COMMIT.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from tocsin.model.action import Outcome, Rehearsal, RenderedStep, Stop
from tocsin.model.alert import Alert, Delivery
from tocsin.model.change import Change, Silence
from tocsin.model.event import Body, Event
from tocsin.model.evidence import Evidence
from tocsin.model.ground import Time, Value
from tocsin.model.identity import Token
from tocsin.model.incident import Incident
from tocsin.model.signals import ClusterAnswer, LogLine, Series, Topology

T = TypeVar("T")


class Clock(Protocol):
    """Where time comes from. Nobody else may ask the operating system."""

    def now(self) -> datetime:
        """The time, in UTC."""
        ...


class Names(Protocol):
    """Where new identifiers come from, so that tests can foresee them."""

    def new(self, prefix: str) -> str:
        """A fresh identifier, such as `INC-20261121-7F3K2A`."""
        ...


# Alerts in -----------------------------------------------------------------------------------------------------------


class Source(Protocol):
    """One vendor's webhook. Pure: bytes in, alerts out; the entry-point group is `tocsin.sources`."""

    name: str

    def recognises(self, delivery: Delivery) -> bool:
        """True when this body can only be this vendor's; `/hooks/auto` asks every source in turn."""
        ...

    def parse(self, delivery: Delivery) -> Sequence[Alert]:
        """The alerts in the body, times in UTC, `delivery_id` and `received_at` taken from the delivery.

        Raises errors.Unreadable with what is wrong. An empty sequence means: understood, and nothing to alert on.
        """
        ...


# Evidence in ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ask:
    """What an investigator wants to see: which services ((): all), from when to when, and the alert's own name if it helps."""

    start: datetime
    end: datetime
    services: tuple[str, ...] = ()
    alert_name: str = ""


@dataclass(frozen=True, slots=True)
class Reply(Generic[T]):
    """A connector's answer as text, and how to read it. The text is redacted before anything parses or stores it."""

    source: str
    query: str
    text: str
    parse: Callable[[str], T]
    link: str = ""


class MetricSource(Protocol):
    """A window on metrics. Raises errors.SourceError when it cannot answer."""

    name: str

    async def metrics(self, ask: Ask) -> Reply[tuple[Series, ...]]: ...


class LogSource(Protocol):
    """A window on logs, oldest line first. Raises errors.SourceError when it cannot answer."""

    name: str

    async def logs(self, ask: Ask) -> Reply[tuple[LogLine, ...]]: ...


class TopologySource(Protocol):
    """A window on who calls whom. Raises errors.SourceError when it cannot answer."""

    name: str

    async def topology(self, ask: Ask) -> Reply[Topology]: ...


class ChangeSource(Protocol):
    """A window on what was changed. Raises errors.SourceError when it cannot answer."""

    name: str

    async def changes(self, ask: Ask) -> Reply[tuple[Change, ...]]: ...


# What leaves the house -------------------------------------------------------------------------------------------------


class Executor(Protocol):
    """Carries out one kind of step (`name` is the runbook's `executor`). Only `stages.remediate` may call it, with a verdict.

    It holds the credentials of its system and nobody else does. It never interprets text: `step.call` and `step.binds` are
    typed values, SQL is bound, programs are argument lists, targets come from the catalogue.
    """

    @property
    def name(self) -> str: ...

    async def rehearse(self, step: RenderedStep) -> Rehearsal:
        """What would happen, read live, with nothing changed. A rehearsal that cannot be made says so with `ok=False`."""
        ...

    async def run(self, step: RenderedStep, key: str) -> Outcome:
        """Does it, once, within `step.timeout_seconds`; `key` goes to the target where the target takes one.

        Raises errors.OutcomeUnknown when it cannot tell whether it happened, SourceError when it surely did not.
        """
        ...


class Pager(Protocol):
    """Calls people. All three take the same key for the same incident, so that a repeated call is one call."""

    @property
    def name(self) -> str: ...

    async def page(self, target: str, text: str, severity: str, key: str) -> None:
        """Calls `target` (`oncall:primary`, a person). Raises SourceError when the system did not take it."""
        ...

    async def acknowledge(self, key: str, by: str) -> None: ...

    async def resolve(self, key: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Parcel:
    """One thing to be sent, kept in the same transaction as the event that decided it. `key` makes it happen once.

    `kind` names who delivers it; `number` orders parcels by when they were decided (microseconds since 1970).
    `status`: waiting, failed (tried again at `next_at`), sent, or given_up.
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


OPEN_PARCELS = frozenset({"waiting", "failed"})
"""Parcels somebody still has to deliver."""


class ClusterSource(Protocol):
    """A window on a Kubernetes cluster: answers of kubectl or of its API. Raises errors.SourceError when it cannot answer."""

    name: str

    async def cluster(self, ask: Ask) -> Reply[tuple[ClusterAnswer, ...]]: ...


# The cellar ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Head:
    """The newest link of one incident's chain: what an anchor outside remembers."""

    incident_id: str
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class KeptAlert:
    """An alert with what intake decided.

    `disposition`: opened, joined, repeated, resolved, held, silenced, damped or watched.
    """

    alert: Alert
    disposition: str
    reason: str
    incident_id: str = ""


@dataclass(frozen=True, slots=True)
class KeptDelivery:
    """A delivery and what became of it. `status`: accepted, dead or replayed; `error` is the error's dict when dead."""

    delivery: Delivery
    status: str
    error: dict[str, str] | None = None


class TimelineStore(Protocol):
    """Events of incidents, appended and hash-chained with their projection in the same transaction."""

    def append(self, incident_id: str, body: Body, *, actor: str, at: datetime) -> Event:
        """Chains one more event and updates the incident's projection."""
        ...

    def events(self, incident_id: str, after: int = 0) -> list[Event]:
        """The incident's events with seq above `after`, in order."""
        ...

    def erase_body(self, incident_id: str, seq: int, *, reason: str, actor: str, at: datetime) -> Event:
        """Erases one body for good and chains a BodyErased event that names it."""
        ...

    def heads(self) -> list[Head]:
        """The newest link of every chain."""
        ...


class IncidentStore(Protocol):
    """The projection: incidents as their events tell them, searchable."""

    def get(self, incident_id: str) -> Incident | None: ...

    def recent(
        self, *, open_only: bool = False, since: datetime | None = None, limit: int = 100, offset: int = 0
    ) -> list[Incident]:
        """Newest declared first; `since` is about `updated_at`."""
        ...

    def open_heads(self) -> dict[str, int]:
        """How long the timeline of each open incident is; cheap enough to ask several times a second."""
        ...


class AlertStore(Protocol):
    """Alerts as received, and what was decided about each."""

    def put(self, kept: KeptAlert) -> bool:
        """Keeps it; False when this very occurrence (`Alert.occurrence`) is already kept, and then nothing changes."""
        ...

    def redecide(self, alert_id: str, disposition: str, reason: str, incident_id: str = "") -> None:
        """Changes the decision on a kept alert (a silence ended, a held group opened)."""
        ...

    def by_fingerprint(self, source: str, fingerprint: str, *, since: datetime) -> list[KeptAlert]:
        """That condition's notifications since then, newest first."""
        ...

    def recent(
        self,
        *,
        since: datetime | None = None,
        disposition: str = "",
        incident_id: str = "",
        limit: int = 100,
        offset: int = 0,
    ) -> list[KeptAlert]:
        """Newest received first."""
        ...


class DeliveryStore(Protocol):
    """Raw bodies as they arrived, dead letters among them."""

    def put(self, kept: KeptDelivery) -> None:
        """Keeps or replaces by delivery id."""
        ...

    def get(self, delivery_id: str) -> KeptDelivery | None: ...

    def dead(self, limit: int = 100) -> list[KeptDelivery]:
        """Newest first."""
        ...

    def trim_dead(self, most: int, most_bytes: int) -> int:
        """Forgets the oldest dead letters beyond a number and a sum of body bytes; says how many went."""
        ...


class EvidenceStore(Protocol):
    """Tool answers of an incident."""

    def put(self, incident_id: str, evidence: Evidence) -> None: ...

    def get(self, evidence_id: str) -> Evidence | None: ...

    def of(self, incident_id: str) -> list[Evidence]:
        """In order of collection."""
        ...


class ChangeStore(Protocol):
    """Changes reported to us."""

    def put(self, change: Change) -> bool:
        """False when that id is already kept."""
        ...

    def between(self, start: datetime, end: datetime, services: Sequence[str] = ()) -> list[Change]:
        """Newest first; no services means all."""
        ...


class SilenceStore(Protocol):
    """Quiet times."""

    def put(self, silence: Silence) -> None:
        """Keeps or replaces by id."""
        ...

    def all(self) -> list[Silence]: ...

    def remove(self, silence_id: str) -> bool: ...


class StepStore(Protocol):
    """The books: which steps and moves of a response are carried out, ticked in the transaction of their events."""

    def done(self, incident_id: str) -> frozenset[str]:
        """The keys that are ticked."""
        ...

    def tick(self, incident_id: str, key: str) -> bool:
        """Ticks it; False when it was ticked before, and then the caller must append nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker that signed on. Each time it does, or is dismissed, `epoch` rises: a pair of both never lives twice.

    `beats` counts its heartbeats; an observer who sees it stand still for long knows that it is paused.
    """

    name: str
    epoch: int
    present: bool
    beats: int = 0

    @property
    def incarnation(self) -> str:
        """The name and epoch as one word."""
        return f"{self.name}.{self.epoch}"


class WorkerStore(Protocol):
    """Who walks incidents, and who no longer may."""

    def sign_on(self, name: str) -> Worker:
        """A new epoch for that name, present."""
        ...

    def beat(self, worker: Worker) -> None:
        """One more heartbeat. Raises errors.TakenOver when that incarnation is over."""
        ...

    def require(self, worker: Worker) -> None:
        """Raises errors.TakenOver when that incarnation is over: the fence of every write of a walk."""
        ...

    def dismiss(self, worker: Worker) -> bool:
        """Ends that incarnation, by itself or by a peer; False when it was over already."""
        ...

    def all(self) -> list[Worker]:
        """By name."""
        ...


class TokenStore(Protocol):
    """API tokens: who may call. The tokens themselves are never kept, only their digests."""

    def put(self, token: Token) -> None:
        """Keeps a new one. Raises StoreError for an id or a digest that is kept already."""
        ...

    def by_digest(self, sha256: str) -> Token | None:
        """The token of that digest, revoked and expired ones too."""
        ...

    def all(self) -> list[Token]:
        """Newest first."""
        ...

    def revoke(self, token_id: str, at: datetime) -> bool:
        """Ends a token for good; False when there is none of that id, or it was revoked before."""
        ...

    def touch(self, token_id: str, at: datetime) -> None:
        """Remembers when it was last used."""
        ...


class KeptAnswer(Value):
    """What a request with an idempotency key was answered; `request` is the digest of what it asked for."""

    caller: str
    key: str
    request: str
    body: str
    at: Time


class AnswerStore(Protocol):
    """Answers kept for a while, so that a request that is sent again does nothing again."""

    def get(self, caller: str, idempotency_key: str) -> KeptAnswer | None: ...

    def put(self, kept: KeptAnswer) -> None:
        """Keeps or replaces by caller and key."""
        ...

    def trim(self, before: datetime) -> int:
        """Forgets older ones; says how many."""
        ...


class StopStore(Protocol):
    """The global stop switch: every turn of it, who turned it and why. Nothing is carried out while it is on."""

    def now(self) -> Stop:
        """As it stands; off when nobody has ever touched it."""
        ...

    def turn(self, stop: Stop) -> None:
        """One more turn; earlier ones stay."""
        ...

    def turns(self, limit: int = 100) -> list[Stop]:
        """Newest first."""
        ...


class OutboxStore(Protocol):
    """What must leave the house: put with the event that decided it, delivered later, at least once, with its key."""

    def put(self, parcel: Parcel) -> bool:
        """Keeps it; False when its key is kept already, and then nothing changes."""
        ...

    def update(self, parcel: Parcel) -> None:
        """What became of it."""
        ...

    def due(self, now: datetime, limit: int = 100) -> list[Parcel]:
        """Those to be delivered now, oldest decision first."""
        ...

    def of(self, incident_id: str) -> list[Parcel]:
        """Everything of one incident, in the order it was decided."""
        ...


class Ledger(Protocol):
    """Everything one transaction can read and write."""

    timeline: TimelineStore
    incidents: IncidentStore
    alerts: AlertStore
    deliveries: DeliveryStore
    evidence: EvidenceStore
    changes: ChangeStore
    silences: SilenceStore
    steps: StepStore
    workers: WorkerStore
    tokens: TokenStore
    answers: AnswerStore
    stops: StopStore
    outbox: OutboxStore


class Store(Protocol):
    """The cellar's door: hand in a short function, get its result when it is durable."""

    async def write(self, work: Callable[[Ledger], T]) -> T:
        """Runs `work` in a transaction and returns after COMMIT; nothing of a failed `work` remains.

        Concurrent calls share one commit. `work` must not wait for anything.
        """
        ...

    async def read(self, work: Callable[[Ledger], T]) -> T:
        """Runs `work` on a consistent view."""
        ...
