"""What leaves the house: steps carried out, people called and told, items tracked. Only guarded stages reach for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from tocsin.model.action import Outcome, Rehearsal, RenderedStep
from tocsin.model.update import Audience


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


class Purpose(StrEnum):
    """What a message is for; a channel decides what it makes of each."""

    ROOM = "room"
    """Open the incident's own channel (`Message.title` is its name, `text` its topic). Answered with its ref."""
    SUMMARY = "summary"
    """The one live summary, pinned and edited in place."""
    UPDATE = "update"
    """Something new to read."""
    CORRECTION = "correction"
    RETRACTION = "retraction"
    REVIEW = "review"
    """A draft that waits for a person: shown with its buttons."""
    APPROVAL = "approval"
    """A step that waits for an approver: likewise."""
    DECIDED = "decided"
    """What became of such a step (`Message.corrects`): its buttons go, where a place can take them away; nothing new is said."""
    ANSWER = "answer"
    """What somebody who asked is told, under their question (`Message.thread`)."""
    REMINDER = "reminder"
    MAINTENANCE = "maintenance"
    """A turn of a maintenance window, which `Message.update_id` names; only our own status page gets it."""
    RESOLVED = "resolved"


FOR_THE_ROOM = frozenset({Purpose.REVIEW, Purpose.APPROVAL, Purpose.REMINDER, Purpose.ANSWER})
"""Read by those who work on the incident, whoever the words are for in the end."""


@dataclass(frozen=True, slots=True)
class Button:
    """Something a reader can press. `action` and `value` are a model.press.Pressed; `buttons` makes them.

    The value is ours to check: pressing proves nothing but who pressed.
    """

    label: str
    action: str
    value: str
    danger: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """What one place is told. Words are plain text and data: each channel escapes them for its own markup.

    `known` is what this channel called the newest message of each purpose on this incident: the room to post in, the
    summary to edit, the message to thread under. `key` makes a message that is sent again one message.
    """

    key: str
    incident_id: str
    purpose: Purpose
    audience: str
    title: str
    text: str
    severity: str = ""
    status: str = ""
    link: str = ""
    update_id: str = ""
    private: bool = False
    buttons: tuple[Button, ...] = ()
    components: Mapping[str, str] = field(default_factory=dict)
    """Public component to its status: operational, degraded_performance, partial_outage, major_outage."""
    known: Mapping[str, str] = field(default_factory=dict)
    exact: str = ""
    """What would run, to the letter. Shown apart and in full, or the message carries no buttons."""
    thread: str = ""
    """The channel's own name of the message this one answers, where somebody asked; "" for none."""
    corrects: str = ""
    """The channel's own name of the message this one corrects or takes back; "" where it is the newest update."""
    people: tuple[str, ...] = ()
    """Whom to bring into a room, by person. Into a private one nobody else is brought."""
    at: datetime | None = None
    """When it was decided, which may be a while ago for a channel that was away."""
    repeated: bool = False
    """An earlier try may have arrived: a place that cannot tell by the key says so to its readers."""
    calendar: str = ""
    """An iCalendar entry that belongs to it; a channel that carries files carries it, the others leave it."""

    @property
    def readers(self) -> str:
        """The audience that is told: for what waits for a person, those who work on the incident."""
        return Audience.CHANNEL if self.purpose in FOR_THE_ROOM else self.audience


@dataclass(frozen=True, slots=True)
class Receipt:
    """A channel took it: its own name for the message ("" where it has none), and a link for people.

    `missed` names those of several receivers that did not take it, "" when all did.
    """

    ref: str = ""
    link: str = ""
    missed: str = ""


class Channel(Protocol):
    """Carries messages to one place: Slack, e-mail, a status page. Stateless: what it must remember comes in `Message.known`."""

    @property
    def name(self) -> str: ...

    async def send(self, message: Message) -> Receipt:
        """Delivers it, once for its key. Raises errors.SourceError when the place did not take it."""
        ...


@dataclass(frozen=True, slots=True)
class WorkItem:
    """An action item as a tracker gets it. `key` finds it again, so that it is made once."""

    key: str
    title: str
    text: str
    owner: str = ""
    due: str = ""
    link: str = ""


class Tracker(Protocol):
    """Keeps action items where a team works: GitHub issues, Jira."""

    @property
    def name(self) -> str: ...

    async def open(self, item: WorkItem) -> Receipt:
        """Makes it, or finds it by its key. Raises errors.SourceError."""
        ...

    async def is_done(self, ref: str) -> bool:
        """Has somebody closed it there? Raises errors.SourceError."""
        ...
