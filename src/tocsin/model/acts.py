"""What people do to an incident, and what the service does to reach them: one event body each, in the past tense.

Part of the timeline like the bodies in `event`; who did it stands in the event's `actor`.
"""

from enum import StrEnum
from typing import Any, Literal

from tocsin.model.action import Approval, MissingValue, Outcome, Rehearsal, RenderedStep, Verdict
from tocsin.model.ground import Severity, Time, Value


class Seat(StrEnum):
    """A role on one incident."""

    COMMANDER = "commander"
    TECHNICAL_LEAD = "technical_lead"
    COMMUNICATIONS_LEAD = "communications_lead"
    SCRIBE = "scribe"


class Acknowledged(Value):
    """A person has it."""

    kind: Literal["acknowledged"] = "acknowledged"


class SeverityChanged(Value):
    """A person decided another severity, up or down, and said why."""

    kind: Literal["severity_changed"] = "severity_changed"
    severity: Severity
    reason: str


class SeatTaken(Value):
    """A person takes a seat; `handed_over_by` is who held it before, "" when nobody did."""

    kind: Literal["seat_taken"] = "seat_taken"
    seat: Seat
    person: str
    handed_over_by: str = ""


class HypothesisRaised(Value):
    """A person's idea of the cause."""

    kind: Literal["hypothesis_raised"] = "hypothesis_raised"
    hypothesis_id: str
    text: str


class HypothesisRuledOut(Value):
    """An idea is off the table, and why. `hypothesis_id` is a raised one's id or a cause code of the diagnosis."""

    kind: Literal["hypothesis_ruled_out"] = "hypothesis_ruled_out"
    hypothesis_id: str
    reason: str


class HypothesisConfirmed(Value):
    """A person says that this is the cause, and what shows it. From here on it may be told; ruling it out takes that back."""

    kind: Literal["hypothesis_confirmed"] = "hypothesis_confirmed"
    hypothesis_id: str
    shown_by: str


class LineOpened(Value):
    """A line of investigation: who looks into which question until when."""

    kind: Literal["line_opened"] = "line_opened"
    line_id: str
    owner: str
    question: str
    until: Time


class LineEnded(Value):
    """A line is over. `finding` is what it found, "" when it did not move us forward."""

    kind: Literal["line_ended"] = "line_ended"
    line_id: str
    finding: str = ""


class NextActionSet(Value):
    """The single next action, and the one person who owns it."""

    kind: Literal["next_action_set"] = "next_action_set"
    text: str
    owner: str


class Mitigated(Value):
    """The harm has stopped, by a person's word; the cause may still be there."""

    kind: Literal["mitigated"] = "mitigated"
    text: str


class UserReported(Value):
    """A user's report came in: by a hook, a form or chat. The words are data."""

    kind: Literal["user_reported"] = "user_reported"
    text: str
    origin: str


class Resolved(Value):
    """The all-clear: what confirmed it, how long it took, the cause, the fix, and when the post-mortem is."""

    kind: Literal["resolved"] = "resolved"
    confirmed_by: tuple[str, ...]
    cause: str
    fix: str
    post_mortem_at: Time | None = None
    lasted: str = ""
    """From the first symptom until now, in words."""
    cause_stated: bool = False
    """A person said the cause in so many words; else it is what the diagnosis made of it."""


class Reopened(Value):
    """It was not over."""

    kind: Literal["reopened"] = "reopened"
    reason: str


class Merged(Value):
    """This incident is part of another one, which goes on."""

    kind: Literal["merged"] = "merged"
    into: str
    reason: str


AUTHORITY_DUE, AUTHORITY_LATE = "authority_due", "authority_late"
"""Codes of the flags of the notification clock."""
STUCK = "stuck"
"""Code of the flag that says: a team does not get any further. It calls the next level."""


class Flagged(Value):
    """Something is late, stuck or unusual and people must see it: `code` is stable, `text` says it."""

    kind: Literal["flagged"] = "flagged"
    code: str
    text: str


class Paged(Value):
    """Somebody is being called. `key` makes the call happen once; `level` counts escalations from 0.

    `observed`: the mode is observe, so it is only written down and nobody is called.
    """

    kind: Literal["paged"] = "paged"
    target: str
    reason: str
    level: int
    key: str
    observed: bool = False
    people: tuple[str, ...] = ()
    """Who that was at the time, where a rota or the directory names them."""


class Posted(Value):
    """A channel is told, without waking anybody. `sent` is False where no chat receiver is configured, or in mode observe."""

    kind: Literal["posted"] = "posted"
    target: str
    text: str
    sent: bool


class Unpaged(Value):
    """Somebody is no longer needed."""

    kind: Literal["unpaged"] = "unpaged"
    target: str
    key: str


# What is done to systems ---------------------------------------------------------------------------------------------


class PolicyFixed(Value):
    """The policy that this incident is judged by from now on, whole, so that a later edit of the file changes nothing here."""

    kind: Literal["policy_fixed"] = "policy_fixed"
    digest: str
    origin: str
    policy: dict[str, Any]


class FixSurveyed(Value):
    """Which values the steps of the proposed runbook still lack. `seen` is the digest of all that could give them."""

    kind: Literal["fix_surveyed"] = "fix_surveyed"
    runbook_id: str
    seen: str
    missing: tuple[MissingValue, ...] = ()


class ValueVouched(Value):
    """A named person says what a slot holds on this incident, though no catalogue lists it."""

    kind: Literal["value_vouched"] = "value_vouched"
    slot: str
    type: str
    value: str
    reason: str


class ActionRequested(Value):
    """Somebody asks for a step: the step as it would run, its rehearsal, and what policy says of it."""

    kind: Literal["action_requested"] = "action_requested"
    action_id: str
    step: RenderedStep
    rehearsal: Rehearsal | None
    verdict: Verdict
    expires_at: Time
    renews: str = ""
    """The expired request of a person that this one asks for again in their name; "" for a request of its own."""


class ActionApproved(Value):
    """One approver's yes."""

    kind: Literal["action_approved"] = "action_approved"
    action_id: str
    approval: Approval


class ActionRejected(Value):
    """A person's no, or the policy's, or the clock's (`expired`)."""

    kind: Literal["action_rejected"] = "action_rejected"
    action_id: str
    reason: str


class ActionStarted(Value):
    """The step begins; from here on a crash leaves a question. `key` goes with it to the target."""

    kind: Literal["action_started"] = "action_started"
    action_id: str
    key: str
    approvals: tuple[str, ...] = ()


class ActionFinished(Value):
    """The step is over, one way or the other."""

    kind: Literal["action_finished"] = "action_finished"
    action_id: str
    outcome: Outcome


class ActionUnknown(Value):
    """The step was cut between its effect and our knowing of it. It is never run again by itself: a person says what is true."""

    kind: Literal["action_unknown"] = "action_unknown"
    action_id: str
    why: str


class ActionVerified(Value):
    """What the step's probe, or a person, says of its effect."""

    kind: Literal["action_verified"] = "action_verified"
    action_id: str
    passed: bool
    said: str


class DeliveryRetried(Value):
    """A person had messages or calls tried again that had not arrived; `keys` are the parcels'."""

    kind: Literal["delivery_retried"] = "delivery_retried"
    keys: tuple[str, ...]


class WouldHaveDone(Value):
    """Mode `observe`: what would have left the house, and did not."""

    kind: Literal["would_have_done"] = "would_have_done"
    what: str


Act = (
    Acknowledged
    | SeverityChanged
    | SeatTaken
    | HypothesisRaised
    | HypothesisRuledOut
    | HypothesisConfirmed
    | LineOpened
    | LineEnded
    | NextActionSet
    | Mitigated
    | UserReported
    | Resolved
    | Reopened
    | Merged
    | Flagged
    | Paged
    | Unpaged
    | Posted
    | PolicyFixed
    | FixSurveyed
    | ValueVouched
    | ActionRequested
    | ActionApproved
    | ActionRejected
    | ActionStarted
    | ActionFinished
    | ActionUnknown
    | ActionVerified
    | DeliveryRetried
    | WouldHaveDone
)
