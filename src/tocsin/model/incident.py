"""The Incident: a fold of its events and nothing else. Screens, reports and the store's projection all read this one value."""

from collections.abc import Iterable
from datetime import datetime

from pydantic import Field

from tocsin.model.action import Fix, MissingValue
from tocsin.model.acts import AUTHORITY_LATE, Seat
from tocsin.model.communication import Communication, EtaStated, ToneLifted, ToneSet, UpdateDrafted
from tocsin.model.diagnosis import Diagnosis
from tocsin.model.event import (
    AlertJoined,
    AlertRepeated,
    AlertResolved,
    Body,
    BodyErased,
    Closed,
    Declared,
    Diagnosed,
    Drill,
    Event,
    EvidenceCollected,
    FindingsReported,
    FixProposed,
    InvestigationStarted,
    Noted,
    Precedent,
    PrecedentsFound,
    QuestionsAnswered,
    SeverityRaised,
    TaskOpened,
    Triaged,
)
from tocsin.model.evidence import Finding
from tocsin.model.ground import IncidentType, Severity, Time, Value
from tocsin.model.identity import is_person, name_of
from tocsin.model.narrative import Narrative, narrated
from tocsin.model.plain import spell
from tocsin.model.review import PostMortemApproved, PostMortemScheduled, Review, ReviewAct, reviewed
from tocsin.model.run import ModelAnswered, Run, RunAct, Spending, charged, ran
from tocsin.model.standing import (
    Action,
    Doubt,
    Flag,
    Idea,
    Line,
    NextAction,
    Page,
    PolicyInForce,
    Transfer,
    UserReport,
    Vouched,
    acted,
)
from tocsin.model.state import OPEN, State
from tocsin.model.storm import FirstCause, StormJudged
from tocsin.model.triage import Answer, Triage
from tocsin.model.update import Audience, Update

_THINKING = frozenset({State.DECLARED, State.TRIAGED, State.INVESTIGATING, State.IDENTIFIED})
_TOLD = (
    "state",
    "severity",
    "type",
    "service",
    "services",
    "triage",
    "diagnosis",
    "confirmed_cause",
    "doubts",
    "fix",
    "mitigated_at",
)
"""What messages are made of."""
_SPOKEN_OF = (ToneSet, ToneLifted, EtaStated)
"""What else changes what messages say."""


class Rating(Value):
    """A severity, and since when."""

    severity: Severity
    at: Time


class Incident(Value):
    """Everything known about one incident, as the events so far tell it."""

    id: str
    state: State = State.DECLARED
    title: str = ""
    service: str = ""
    environment: str = ""
    services: tuple[str, ...] = ()
    """Every service an alert of this incident named, the first one first."""
    started_at: Time | None = None
    declared_at: Time | None = None
    triaged_at: Time | None = None
    updated_at: Time | None = None
    closed_at: Time | None = None
    type: IncidentType | None = None
    severity: Severity | None = None
    ratings: tuple[Rating, ...] = ()
    """Every severity it has had, oldest first."""
    triage: Triage | None = None
    answers: tuple[Answer, ...] = ()
    storm: FirstCause | None = None
    """Where the trouble most likely began, when many services ring."""
    alert_ids: tuple[str, ...] = ()
    resolved_alert_ids: tuple[str, ...] = ()
    evidence_ids: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    gaps: tuple[str, ...] = ()
    """What could not be looked at, and why."""
    diagnosis: Diagnosis | None = None
    fix: Fix | None = None
    missing: tuple[MissingValue, ...] = ()
    """Values that steps of the fix need and nobody has given."""
    surveyed: str = ""
    """The digest of what could have given them, when somebody last looked."""
    surveys: int = 0
    """So often somebody has looked."""
    vouched: tuple[Vouched, ...] = ()
    """Values that people vouched for."""
    updates: tuple[Update, ...] = ()
    """The latest draft of each template."""
    tasks: tuple[str, ...] = ()
    acknowledged_at: Time | None = None
    acknowledged_by: str = ""
    seats: dict[Seat, str] = Field(default_factory=dict)
    """Who holds which role on this incident."""
    transfers: tuple[Transfer, ...] = ()
    """Every time a seat was taken, oldest first."""
    ideas: tuple[Idea, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    """Hypotheses whose fix did not help, oldest first."""
    confirmed_cause: str = ""
    """The id of the hypothesis that a person confirmed as the cause; "": nobody has."""
    cause_stated: bool = False
    """The all-clear that stands gives the cause in a person's own words."""
    lines: tuple[Line, ...] = ()
    next_action: NextAction | None = None
    policy: PolicyInForce | None = None
    """The policy it is judged by: the one in force when it opened."""
    actions: tuple[Action, ...] = ()
    """Every requested step of a runbook, oldest first."""
    pages: tuple[Page, ...] = ()
    posted: tuple[str, ...] = ()
    """Channels that have been told."""
    reports: tuple[UserReport, ...] = ()
    flags: tuple[Flag, ...] = ()
    would_have_done: tuple[str, ...] = ()
    mitigated_at: Time | None = None
    resolved_at: Time | None = None
    post_mortem_at: Time | None = None
    merged_into: str = ""
    close_reason: str = ""
    reopened_at: Time | None = None
    last_person_at: Time | None = None
    """When a person last did or said anything on it."""
    last_alert_at: Time | None = None
    """When an alert last joined it or fired again."""
    narrative: Narrative = Narrative()
    """What was said about it, and is to be said."""
    review: Review = Review()
    """What came after."""
    precedents: tuple[Precedent, ...] | None = None
    """Past incidents like it; None while nobody has looked."""
    drill: Drill | None = None
    """Set for an exercise."""
    runs: tuple[Run, ...] = ()
    """Playbooks walked on it, the newest last."""
    spendings: tuple[Spending, ...] = ()
    """What models have cost it, by role and hour."""
    facts_seq: int = 0
    """Where on the timeline something last changed that messages would say; a draft written before it is stale."""
    last_seq: int = 0

    @property
    def is_open(self) -> bool:
        """Still somebody's work."""
        return self.state in OPEN

    @property
    def begun_at(self) -> datetime | None:
        """When it began, or began again: the clocks of a re-opened incident start anew."""
        return self.reopened_at or self.declared_at

    def lasted_until(self, now: datetime) -> str:
        """From the first symptom until then, in words."""
        begun = self.started_at or self.declared_at or now
        return spell(now - begun)

    @property
    def ended_at(self) -> datetime | None:
        """When it was over; None while it is open."""
        return None if self.is_open else self.resolved_at or self.closed_at

    @property
    def is_attended(self) -> bool:
        """Something is left to do for a response: it is open, somebody who heard of it has not heard the end, its review
        still owes what nobody has to ask for, or an authority must be told."""
        return self.is_open or bool(self.unended) or bool(self.review.owed) or self.owes_authority

    @property
    def owes_authority(self) -> bool:
        """Data was accessed, nobody has told the authorities, and the time for it has not been called over."""
        told = self.narrative
        owed = told.data_access is not None and told.authority_notified_at is None
        return owed and not any(flag.code == AUTHORITY_LATE for flag in self.flags)

    @property
    def is_restricted(self) -> bool:
        """Only for those who are named: as a person decided, else when it is about security."""
        decided = self.narrative.restriction
        return decided.restricted if decided else self.type is IncidentType.SECURITY

    @property
    def unended(self) -> frozenset[Audience]:
        """Who heard of it and still waits for the last word. A merged incident leaves that to the one that goes on."""
        ended = self.ended_at
        drill = self.drill is not None
        return self.narrative.unended(ended, drill=drill) if ended and not self.merged_into else frozenset()

    @property
    def people(self) -> frozenset[str]:
        """Whoever is on it already: it was acknowledged by them, or they hold a seat, a line or the next action."""
        owners = {line.owner for line in self.lines if line.ended_at is None}
        next_owner = {self.next_action.owner} if self.next_action else set()
        acknowledged = name_of(self.acknowledged_by)
        return frozenset({acknowledged, *self.seats.values()} | owners | next_owner) - {""}

    def apply(self, event: Event) -> "Incident":
        """The incident after one more event. Pure: the same events always give the same incident."""
        changes = _changes(self, event.body, event) if event.body is not None else {}
        by_person = {"last_person_at": event.at} if is_person(event.actor) else {}
        told = isinstance(event.body, _SPOKEN_OF) or any(
            changes.get(name, getattr(self, name)) != getattr(self, name) for name in _TOLD
        )
        news = {"facts_seq": event.seq} if told else {}
        rated = _rated(self, changes.get("severity"), event)
        moved = {"last_seq": event.seq, "updated_at": event.at}
        return self.model_copy(update={**moved, **by_person, **changes, **news, **rated})


def fold(incident_id: str, events: Iterable[Event]) -> Incident:
    """The incident that these events, in order, amount to."""
    incident = Incident(id=incident_id)
    for event in events:
        incident = incident.apply(event)
    return incident


def _changes(  # noqa: C901 - one case per kind of event is the whole point of a fold
    incident: Incident, body: Body, event: Event
) -> dict[str, object]:
    """Which fields one event changes."""
    match body:
        case Declared():
            return _declared(body, event)
        case AlertJoined():
            return {
                "alert_ids": _with(incident.alert_ids, body.alert_id),
                "services": _with(incident.services, body.service),
                "last_alert_at": event.at,
            }
        case AlertRepeated():
            return {"last_alert_at": event.at}
        case AlertResolved():
            return {"resolved_alert_ids": _with(incident.resolved_alert_ids, body.alert_id)}
        case Triaged(triage=triage):
            return _triaged(incident, triage, event)
        case SeverityRaised():
            return {"severity": min(body.severity, incident.severity or body.severity)}
        case InvestigationStarted():
            return _thinking(incident, State.INVESTIGATING)
        case EvidenceCollected():
            return {"evidence_ids": _with(incident.evidence_ids, body.evidence_id)}
        case FindingsReported():
            return _reported(incident, body)
        case Diagnosed(diagnosis=diagnosis):
            known = _thinking(incident, State.IDENTIFIED) if diagnosis.root_cause else {}
            return {"diagnosis": diagnosis, **known}
        case QuestionsAnswered():
            return {"answers": body.answers}
        case FixProposed():
            return {"fix": body.fix, "missing": (), "surveyed": ""}
        case UpdateDrafted(update=update):
            kept = tuple(other for other in incident.updates if other.template != update.template)
            return {"updates": (*kept, update), "narrative": narrated(incident.narrative, body, event)}
        case PrecedentsFound():
            return {"precedents": body.precedents}
        case StormJudged():
            return {"storm": body.cause}
        case TaskOpened():
            return {"tasks": (*incident.tasks, body.text)}
        case Closed():
            return {"state": State.CLOSED, "close_reason": body.reason, "closed_at": event.at}
        case Noted() | BodyErased():
            return {}
        case _ if isinstance(body, Communication):
            return {"narrative": narrated(incident.narrative, body, event)}
        case _ if isinstance(body, ReviewAct):
            return _reviewed(incident, body, event)
        case _ if isinstance(body, RunAct):
            return {"runs": ran(incident.runs, body, event), **_charged(incident, body, event)}
        case _:
            return acted(incident, body, event)


def _charged(incident: Incident, act: RunAct, event: Event) -> dict[str, object]:
    return {"spendings": charged(incident.spendings, act, event)} if isinstance(act, ModelAnswered) else {}


def _rated(incident: Incident, severity: object, event: Event) -> dict[str, object]:
    """Since when it is that bad."""
    if not isinstance(severity, Severity) or severity is incident.severity:
        return {}
    return {"ratings": (*incident.ratings, Rating(severity=severity, at=event.at))}


def _declared(body: Declared, event: Event) -> dict[str, object]:
    return {
        "state": State.DECLARED,
        "title": body.title,
        "service": body.service,
        "services": _with((), body.service),
        "environment": body.environment,
        "alert_ids": _with((), body.alert_id),
        "started_at": body.started_at,
        "declared_at": event.at,
        "last_alert_at": event.at,
        "drill": body.drill,
    }


def _triaged(incident: Incident, triage: Triage, event: Event) -> dict[str, object]:
    """A service that no alert named as such, but its text did, is the incident's from here on.

    Who declared it by hand may have said a severity: triage can raise that, not lower it.
    """
    found = "" if incident.service else triage.service
    return {
        **_thinking(incident, State.TRIAGED),
        "service": incident.service or found,
        "services": _with(incident.services, found),
        "triage": triage,
        "type": triage.type,
        "severity": min(triage.severity, incident.severity or triage.severity),
        "answers": triage.answers,
        "triaged_at": event.at,
    }


def _thinking(incident: Incident, state: State) -> dict[str, object]:
    """The next state while people and roles still look for the cause.

    Where somebody has mitigated, closed or resolved meanwhile, a step that was under way changes nothing of that.
    """
    return {"state": state} if incident.state in _THINKING else {}


def _reported(incident: Incident, body: FindingsReported) -> dict[str, object]:
    """A role that reports again, after a restart say, replaces what it said before."""
    others = tuple(one for one in incident.findings if one.role != body.role)
    gaps = tuple(gap for gap in incident.gaps if not gap.startswith(f"{body.role}: "))
    gap = (f"{body.role}: {body.failure}",) if body.failure else ()
    return {"findings": (*others, *body.findings), "gaps": (*gaps, *gap)}


def _reviewed(incident: Incident, act: ReviewAct, event: Event) -> dict[str, object]:
    """An approved post-mortem ends the review of a resolved incident; its date is the incident's."""
    after: dict[str, object] = {"review": reviewed(incident.review, act, event)}
    if isinstance(act, PostMortemApproved) and incident.state is State.RESOLVED:
        return after | {"state": State.REVIEWED}
    return after | ({"post_mortem_at": act.at} if isinstance(act, PostMortemScheduled) else {})


def _with(items: tuple[str, ...], item: str) -> tuple[str, ...]:
    """The items with one more, once, and never an empty one."""
    return items if not item or item in items else (*items, item)
