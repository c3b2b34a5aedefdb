"""What a person may ask for on an incident: one value for each act, with its bounds. The same for API and command line.

The words in them are people's own and go on the record as they are; whoever shows them makes them harmless.
"""

from typing import Annotated

from pydantic import Field, StringConstraints

from tocsin.guard.bounds import Line, MaybeLine, Moment, Name, Person, Words
from tocsin.model.acts import Seat
from tocsin.model.ground import Severity, Value


class Declare(Value):
    """An incident that a person saw before any alert did. The words are read by triage as an alert's would be."""

    title: Line
    description: Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)] = ""
    service: Name = ""
    environment: Name = ""
    severity: Severity | None = None
    started_at: Moment | None = None


class Practise(Value):
    """A gameday: what is played, who leads communications (None: whose turn it is), and whether people are truly called."""

    title: Annotated[Line, StringConstraints(max_length=480)]
    description: Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)] = ""
    service: Name = ""
    environment: Name = ""
    severity: Severity | None = None
    lead: Person | None = None
    pages: Annotated[bool, Field(strict=True)] = False


class ChangeSeverity(Value):
    """Another severity, and why."""

    severity: Severity
    reason: Line


class Assign(Value):
    """A seat and the one person who takes it; None takes it oneself."""

    seat: Seat
    person: Person | None = None


class RetryDelivery(Value):
    """What did not arrive is to be tried again: the parcel of that key, or all of the incident."""

    key: Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)] = ""


class Note(Value):
    """Words for the record."""

    text: Words


class RaiseHypothesis(Value):
    """An idea of the cause."""

    text: Line


class RuleOut(Value):
    """Why an idea is off the table."""

    reason: Line


class Confirm(Value):
    """What shows that an idea is the cause."""

    shown_by: Line


class OpenLine(Value):
    """A line of investigation. No owner: oneself; no minutes: as configured."""

    question: Line
    owner: Person | None = None
    minutes: Annotated[int, Field(ge=1, le=240, strict=True)] | None = None


class EndLine(Value):
    """The end of a line. No finding: it did not move us forward."""

    finding: MaybeLine = ""


class SetNextAction(Value):
    """The single next action and its one owner; None: oneself."""

    text: Line
    owner: Person | None = None


class MarkMitigated(Value):
    """What stopped the harm."""

    text: Line


class AllClear(Value):
    """The all-clear. Without a cause or a fix the ones on the record are taken, "" when there are none."""

    cause: MaybeLine = ""
    fix: MaybeLine = ""
    post_mortem_at: Moment | None = None


class Reopen(Value):
    """Why it is not over."""

    reason: Line


class Merge(Value):
    """The incident that this one is part of, and why."""

    into: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    reason: Line


class Restrict(Value):
    """Who may see it besides those who are on it: `allow` are named from now on, `forbid` no longer."""

    reason: Line
    allow: Annotated[tuple[Person, ...], Field(max_length=100)] = ()
    forbid: Annotated[tuple[Person, ...], Field(max_length=100)] = ()


class Unrestrict(Value):
    """Why everybody may see it."""

    reason: Line


class RecordDataAccess(Value):
    """What was accessed by somebody who should not, and when; None: now."""

    what: Words
    accessed_at: Moment | None = None


class NotifyAuthority(Value):
    """Who was told, and what."""

    whom: Line
    said: Words


class CloseAsFalseAlarm(Value):
    """Why it never was an incident."""

    reason: Line
