"""Maintenance windows: work that customers are told of beforehand, and what they are told while it goes on. Pure.

Public text: every word counts once a person approved exactly it. What the clock says at a turn is a sentence of ours, approved
with the plan. Kept by the store, changed by `stages.communicate.maintenance` only.
"""

from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from pydantic import Field

from tocsin.model.ground import Time, Value, rfc3339
from tocsin.model.plain import minute

PLAN = "PLAN"
"""Names the plan itself where a note could be named."""


class MaintenanceStage(StrEnum):
    """Where a window stands, in the words of status page clients. One that was called off is over, too."""

    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    VERIFYING = "verifying"
    COMPLETED = "completed"


AT_WORK = (MaintenanceStage.IN_PROGRESS, MaintenanceStage.VERIFYING)
CALLED_OFF = "called_off"
CLOCK = "clock"
"""Who did it, where nobody did."""
SENTENCES = {
    MaintenanceStage.IN_PROGRESS: "Scheduled maintenance is currently in progress.",
    MaintenanceStage.VERIFYING: "The work is done, and is being checked.",
    MaintenanceStage.COMPLETED: "The scheduled maintenance has been completed.",
    CALLED_OFF: "The scheduled maintenance has been called off.",
}
"""What customers read at each turn."""


class Deed(Value):
    """Somebody did something about it. `said` is why, in their words; it stays inside."""

    at: Time
    by: str
    what: str
    said: str = ""


class WindowNote(Value):
    """Words for customers about a window that is planned or under way; with `ends_at`, that it takes until then."""

    id: str
    text: str
    ends_at: Time | None = None
    approved_at: Time | None = None


class Turn(Value):
    """One thing that customers read about a window, and where it stood then."""

    id: str
    stage: MaintenanceStage
    text: str
    at: Time
    called_off: bool = False


class Maintenance(Value):
    """A window. `title` and `text` are what customers read; `components` are public names of the catalogue."""

    id: str
    title: str
    text: str
    components: tuple[str, ...] = ()
    starts_at: Time
    ends_at: Time
    quiet: bool = False
    """Alerts of the services behind the components open nothing meanwhile."""
    approved_at: Time | None = None
    observed: bool = False
    """Approved in mode observe: written down, and customers read nothing of it."""
    started_at: Time | None = None
    verifying_at: Time | None = None
    completed_at: Time | None = None
    cancelled_at: Time | None = None
    notes: tuple[WindowNote, ...] = Field(default=())
    deeds: tuple[Deed, ...] = Field(default=())
    """Everything done about it, oldest first."""

    @property
    def digest(self) -> str:
        """What an approval binds to: exactly what customers would read, and whether alerts are kept quiet for it."""
        shown = (self.title, self.text, *self.components, rfc3339(self.starts_at), rfc3339(self.ends_at))
        return _sha(*shown, *(("quiet",) if self.quiet else ()))

    def digest_of(self, which: str) -> str:
        """The same for the plan (PLAN) or one of its notes. Raises KeyError for one it has not."""
        if which == PLAN:
            return self.digest
        note = self.note(which)
        return _sha(self.id, note.id, note.text, *([rfc3339(note.ends_at)] if note.ends_at else []))

    def note(self, name: str) -> WindowNote:
        """Raises KeyError."""
        found = next((one for one in self.notes if one.id == name), None)
        if found is None:
            raise KeyError(name)
        return found

    @property
    def is_public(self) -> bool:
        """Approved in earnest. One that is called off afterwards stays readable, as called off."""
        return self.approved_at is not None and not self.observed

    @property
    def over_at(self) -> Time:
        """When it was over, or will be."""
        return min(one for one in (self.cancelled_at, self.completed_at, self.ends_at) if one)

    @property
    def begins_at(self) -> Time:
        """When the work began, or will."""
        return min(self.started_at or self.starts_at, self.starts_at)

    def lapsed(self, now: Time) -> bool:
        """Its start has passed, and nobody has approved it or called it off."""
        return self.approved_at is None and self.cancelled_at is None and now >= self.starts_at

    def stage(self, now: Time) -> MaintenanceStage:
        """By the clock, unless a person was earlier."""
        if now >= self.over_at:
            return MaintenanceStage.COMPLETED
        if self.verifying_at and now >= self.verifying_at:
            return MaintenanceStage.VERIFYING
        return MaintenanceStage.IN_PROGRESS if now >= self.begins_at else MaintenanceStage.SCHEDULED

    def keeps_quiet(self, now: Time) -> bool:
        """Whether alerts of its components open nothing now. Only a person's approval makes it so."""
        return self.quiet and self.approved_at is not None and self.stage(now) in AT_WORK

    def turns(self, now: Time) -> tuple[Turn, ...]:
        """Everything that customers read about it by now, oldest first."""
        if self.approved_at is None:
            return ()
        done = self.over_at
        notes = [
            Turn(id=one.id, stage=self.stage(one.approved_at), text=_told(one), at=one.approved_at)
            for one in self.notes
            if one.approved_at
        ]
        marks = [(MaintenanceStage.IN_PROGRESS, max(self.begins_at, self.approved_at))]
        marks += [(MaintenanceStage.VERIFYING, self.verifying_at)] if self.verifying_at else []
        passed = [_turn(stage, at) for stage, at in marks if at < done and at <= now]
        last = [_turn(MaintenanceStage.COMPLETED, done, called_off=done == self.cancelled_at)] if done <= now else []
        planned = Turn(id="plan", stage=MaintenanceStage.SCHEDULED, text=self.text, at=self.approved_at)
        return (planned, *sorted((*notes, *passed, *last), key=lambda one: one.at))


def _turn(stage: MaintenanceStage, at: datetime, *, called_off: bool = False) -> Turn:
    return Turn(
        id=stage, stage=stage, text=SENTENCES[CALLED_OFF if called_off else stage], at=at, called_off=called_off
    )


def _told(note: WindowNote) -> str:
    return f"It takes longer: until {minute(note.ends_at)}.\n{note.text}" if note.ends_at else note.text


def _sha(*parts: str) -> str:
    return sha256("\x1f".join(parts).encode()).hexdigest()
