"""What leaves the house: steps carried out, people called, and the parcels of the outbox. Only guarded stages reach for them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tocsin.model.action import Outcome, Rehearsal, RenderedStep


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

    async def note(self, key: str, text: str) -> None:
        """Writes something on the call, for whoever looks at it there."""
        ...


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
