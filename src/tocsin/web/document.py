"""The live incident document: everything people must know of one incident, at this moment. Pure; a fold of its events.

Read by the API and by `tocsin show`. It decides nothing and hides nothing; what it says of drafts is that they are drafts.
"""

from collections.abc import Sequence

from tocsin.guard.seeing import insiders
from tocsin.model.action import Fix, MissingValue
from tocsin.model.acts import HypothesisRuledOut, Seat, SeatTaken
from tocsin.model.event import Event, Precedent
from tocsin.model.evidence import Finding, page_of
from tocsin.model.ground import IncidentType, Severity, Share, Time, Value
from tocsin.model.identity import is_person, name_of
from tocsin.model.incident import Incident
from tocsin.model.narrative import Draft, Published
from tocsin.model.reported import ReportChart, report_chart
from tocsin.model.review import ActionItem
from tocsin.model.standing import Action, ActionState, Flag, Line, NextAction, Page, UserReport
from tocsin.model.state import State
from tocsin.model.storm import FirstCause
from tocsin.model.telling import tell
from tocsin.model.triage import Answer
from tocsin.model.update import Audience, WordingCode
from tocsin.model.vocabulary import WORDS


class Seated(Value):
    """Who holds a seat, since when."""

    seat: Seat
    person: str
    since: Time


class Theory(Value):
    """What is believed now: by whom and how surely. A specialist's confidence is computed, a person's is not claimed."""

    text: str
    said_by: str
    confidence: Share | None = None


class Hypothesis(Value):
    """One idea of the cause, a person's or the diagnosis's, and whether it is off the table."""

    id: str
    text: str
    said_by: str
    confidence: Share | None = None
    ruled_out: bool = False
    why: str = ""
    """Why it was ruled out."""
    doubt: str = ""
    """The step that was tried for it and did not help, and what was seen."""


class Claim(Value):
    """What an investigator found, with the evidence it quotes and the page where a person sees it, or ""."""

    id: str
    role: str
    text: str
    service: str
    confidence: Share
    evidence: tuple[str, ...]
    link: str = ""


class Deed(Value):
    """A step of a runbook: what would run, who said yes, what came of it."""

    id: str
    text: str
    shown: str
    risk: str
    environment: str
    state: ActionState
    requested_by: str
    requested_at: Time
    approved_by: tuple[str, ...] = ()
    started_at: Time | None = None
    finished_at: Time | None = None
    said: str = ""


class Communication(Value):
    """A message that went out, when, where and by whom. `observed`: mode observe, so that nothing left the house."""

    id: str
    at: Time
    audience: Audience
    template: str
    status: str
    text: str
    by: str
    channels: tuple[str, ...] = ()
    next_update_at: Time | None = None
    corrects: str = ""
    retracted: str = ""
    """Why it was taken back, or ""."""
    observed: bool = False


class Drafted(Value):
    """A message that nobody has sent, and what keeps it."""

    id: str
    at: Time
    audience: Audience
    template: str
    text: str
    due_at: Time | None = None
    approved_by: str = ""
    stale: bool = False
    """The incident changed since it was written."""
    blocked_by: tuple[WordingCode, ...] = ()


class Entry(Value):
    """One line of the timeline."""

    seq: int
    at: Time
    actor: str
    said: str


class DataAccess(Value):
    """Data was accessed by somebody who should not; `notified_at` is when the authorities were told."""

    what: str
    accessed_at: Time
    notify_by: Time
    notified_at: Time | None = None


class LiveDocument(Value):
    """The document. Lists are in the order in which things happened; times are UTC."""

    incident: str
    title: str
    severity: Severity | None
    type: IncidentType | None
    state: State
    status: str
    service: str
    services: tuple[str, ...]
    environment: str
    started_at: Time | None
    declared_at: Time | None
    acknowledged_at: Time | None
    acknowledged_by: str
    mitigated_at: Time | None
    resolved_at: Time | None
    closed_at: Time | None
    close_reason: str
    merged_into: str
    post_mortem_at: Time | None
    updated_at: Time | None
    seen_by: tuple[str, ...] | None
    """Who sees it, where it is restricted; None: everybody who may read incidents."""
    data_access: DataAccess | None
    people: tuple[Seated, ...]
    involved: tuple[str, ...]
    """Every person who did something."""
    next_action: NextAction | None
    theory: Theory | None
    next_question: str
    """What would settle the cause, and where to look for it; "" when nothing is asked."""
    storm: FirstCause | None
    """Where the trouble most likely began, when many services ring."""
    questions: tuple[Answer, ...]
    hypotheses: tuple[Hypothesis, ...]
    findings: tuple[Claim, ...]
    lines: tuple[Line, ...]
    actions: tuple[Deed, ...]
    fix: Fix | None
    """The proposed runbook, step by step."""
    missing: tuple[MissingValue, ...]
    """Values that its steps lack, with what to type."""
    customer_communications: tuple[Communication, ...]
    other_communications: tuple[Communication, ...]
    drafts: tuple[Drafted, ...]
    user_reports: tuple[UserReport, ...]
    report_chart: ReportChart | None = None
    """The same, counted over time; None where nobody reported."""
    pages: tuple[Page, ...]
    flags: tuple[Flag, ...]
    tasks: tuple[str, ...]
    would_have_done: tuple[str, ...]
    not_looked_at: tuple[str, ...]
    precedents: tuple[Precedent, ...]
    """Past incidents like it, in the words of their approved post-mortems, with what helped."""
    drill: bool
    post_mortem_version: int
    """The version that stands; 0 while there is none."""
    post_mortem_approved: bool
    """Somebody stands behind that version."""
    action_items: tuple[ActionItem, ...]
    timeline: tuple[Entry, ...]


def document(incident: Incident, events: Sequence[Event]) -> LiveDocument:
    """The document of an incident and its events, as they stand."""
    said = tuple(_communication(one) for one in incident.narrative.published)
    same = LiveDocument.model_fields.keys() & Incident.model_fields.keys() - {
        "lines",
        "actions",
        "precedents",
        "drill",
        "findings",
    }
    return LiveDocument(
        **{name: getattr(incident, name) for name in same},
        incident=incident.id,
        status=WORDS[incident.state].status,
        seen_by=tuple(sorted(insiders(incident))) if incident.is_restricted else None,
        data_access=_data_access(incident),
        people=_people(events),
        involved=_involved(events),
        theory=_theory(incident),
        next_question=incident.diagnosis.next_question if incident.diagnosis else "",
        questions=incident.answers,
        hypotheses=_hypotheses(incident, events),
        findings=tuple(_claim(one) for one in incident.findings),
        lines=incident.lines,
        actions=tuple(_deed(one) for one in incident.actions),
        customer_communications=tuple(one for one in said if one.audience is Audience.EXTERNAL),
        other_communications=tuple(one for one in said if one.audience is not Audience.EXTERNAL),
        drafts=tuple(_drafted(incident, one) for one in incident.narrative.drafts),
        user_reports=incident.reports,
        report_chart=report_chart(incident),
        not_looked_at=incident.gaps,
        precedents=incident.precedents or (),
        drill=incident.drill is not None,
        post_mortem_version=incident.review.version,
        post_mortem_approved=0 < incident.review.version == incident.review.approved_version,
        action_items=incident.review.items,
        timeline=tuple(
            Entry(seq=event.seq, at=event.at, actor=event.actor, said=tell(event))
            for event in events
            if event.body is None or event.body.kind != "evidence_collected"  # the findings cite it anyway
        ),
    )


def _claim(finding: Finding) -> Claim:
    cited = tuple(dict.fromkeys(quote.evidence_id for quote in finding.quotes))
    same = {name: getattr(finding, name) for name in ("id", "role", "text", "service", "confidence")}
    return Claim(**same, evidence=cited, link=page_of(finding))


def _data_access(incident: Incident) -> DataAccess | None:
    told = incident.narrative
    if told.data_access is None:
        return None
    same = told.data_access.model_dump(exclude={"kind"})
    return DataAccess(**same, notified_at=told.authority_notified_at)


def _people(events: Sequence[Event]) -> tuple[Seated, ...]:
    held = {
        event.body.seat: Seated(seat=event.body.seat, person=event.body.person, since=event.at)
        for event in events
        if isinstance(event.body, SeatTaken)
    }
    return tuple(held[seat] for seat in Seat if seat in held)


def _involved(events: Sequence[Event]) -> tuple[str, ...]:
    names = (name_of(event.actor) for event in events if is_person(event.actor))
    return tuple(dict.fromkeys(names))


def _theory(incident: Incident) -> Theory | None:
    """The diagnosis as long as it stands; otherwise the newest idea of a person that nobody has ruled out."""
    made = incident.diagnosis
    if made and made.root_cause:
        return Theory(text=made.root_cause, said_by=f"role:{made.specialist}", confidence=made.confidence)
    idea = next((one for one in reversed(incident.ideas) if not one.ruled_out), None)
    return Theory(text=idea.text, said_by=idea.raised_by) if idea else None


def _hypotheses(incident: Incident, events: Sequence[Event]) -> tuple[Hypothesis, ...]:
    """The diagnosis's, surest first, then people's; those that are off the table come with the reason."""
    reasons = {one.body.hypothesis_id: one.body.reason for one in events if isinstance(one.body, HypothesisRuledOut)}
    ideas = [
        Hypothesis(id=one.id, text=one.text, said_by=one.raised_by, ruled_out=bool(one.ruled_out), why=one.ruled_out)
        for one in incident.ideas
    ]
    made = incident.diagnosis
    if made is None:
        return tuple(ideas)
    doubts = {one.hypothesis: f"{one.step.rstrip('.')} did not help: {one.said}" for one in incident.doubts}
    found = [(one, False) for one in made.hypotheses] + [(one, True) for one in made.ruled_out]
    diagnosed = [
        Hypothesis(
            id=one.cause,
            text=one.text,
            said_by=f"role:{made.specialist}",
            confidence=one.confidence,
            ruled_out=out,
            doubt=doubts.get(one.cause, ""),
            why=(reasons.get(one.cause) or f"contradicted by {', '.join(one.contradicts) or 'what is missing'}")
            if out
            else "",
        )
        for one, out in found
    ]
    return (*diagnosed, *ideas)


def _deed(action: Action) -> Deed:
    same = Deed.model_fields.keys() & Action.model_fields.keys()
    step = action.step
    return Deed(
        **{name: getattr(action, name) for name in same},
        text=step.text,
        shown=step.shown,
        risk=step.risk,
        environment=step.environment,
        approved_by=tuple(one.approver for one in action.approvals),
    )


def _communication(out: Published) -> Communication:
    same = Communication.model_fields.keys() & Published.model_fields.keys()
    return Communication(id=out.update_id, **{name: getattr(out, name) for name in same})


def _drafted(incident: Incident, draft: Draft) -> Drafted:
    update = draft.update
    return Drafted(
        id=update.id,
        at=draft.drafted_at,
        audience=update.audience,
        template=update.template,
        text=update.text,
        due_at=update.due_at,
        approved_by=draft.approved_by if draft.is_approved else "",
        stale=update.facts_seq < incident.facts_seq,
        blocked_by=tuple(one.code for one in update.violations if one.code not in draft.overridden),
    )
