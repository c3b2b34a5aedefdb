"""What the cellar keeps of the work itself: steps, workers, tokens, answers, the stop switch."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tocsin.model.action import Stop
from tocsin.model.ground import Time, Value
from tocsin.model.identity import Token


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


class KeptDocument(Value):
    """A document that a person gave the running service. `kind`: playbook, tool (an accepted description), agent (registered)."""

    kind: str
    name: str
    text: str
    by: str
    at: Time


class DocumentStore(Protocol):
    """Documents by kind and name."""

    def put(self, document: KeptDocument) -> None:
        """Keeps or replaces by kind and name."""
        ...

    def all(self, kind: str) -> list[KeptDocument]:
        """By name."""
        ...

    def remove(self, kind: str, name: str) -> bool:
        """True when it was there."""
        ...
