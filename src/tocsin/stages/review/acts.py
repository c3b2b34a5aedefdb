"""Acts on the post-mortem: a date, other words, a fresh version from the timeline, and somebody who stands behind it."""

from tocsin.errors import DataError, NotFound, NotNow
from tocsin.guard.attempt import Attempt
from tocsin.guard.wording import blame_in
from tocsin.model.event import Body
from tocsin.model.identity import Right
from tocsin.model.incident import Incident
from tocsin.model.plain import one_line
from tocsin.model.review import (
    THE_POST_MORTEM,
    ActionItemDone,
    PostMortemApproved,
    PostMortemScheduled,
    PostMortemWritten,
)
from tocsin.model.state import State
from tocsin.model.update import WordingViolation
from tocsin.stages.review.asks import Approve, Edit, Schedule
from tocsin.stages.review.convening import tracked
from tocsin.stages.review.items import wanted
from tocsin.stages.review.lesson import lesson_of
from tocsin.stages.review.markdown import as_markdown
from tocsin.stages.review.post import invitation, items_out
from tocsin.stages.review.settings import Rules
from tocsin.stages.review.versions import digest, text_of
from tocsin.stages.review.write import write

_OVER = frozenset({State.RESOLVED, State.REVIEWED})


def over(attempt: Attempt, incident_id: str, right: Right) -> Incident:
    """The incident, which must be resolved. Raises Denied, NotFound, NotNow."""
    incident = attempt.known(incident_id, right)
    if incident.state not in _OVER:
        what = f"{incident.id} is {incident.state}: there is nothing to look back on."
        raise NotNow(what, "Give the all-clear first.", code="TCS-REVIEW-OPEN")
    return incident


def schedule(attempt: Attempt, rules: Rules, incident_id: str, ask: Schedule) -> Incident:
    """Another date, or another lead; whoever had the old one is told the new one."""
    incident = over(attempt, incident_id, Right.COMMAND)
    if ask.at <= attempt.now:
        raise DataError("the post-mortem would lie in the past.", "Give a later time.")
    owner = ask.owner or incident.review.owner or attempt.person(None)
    moved = (PostMortemScheduled(at=ask.at, owner=owner), tracked(incident, ask.at, owner))
    after = attempt.record(incident_id, *moved)
    attempt.post(incident_id, *invitation(after, rules))
    return after


def edit(attempt: Attempt, incident_id: str, ask: Edit) -> Incident:
    """A person's own version, whole. It stands from now on, whatever is generated later."""
    incident = over(attempt, incident_id, Right.RESPOND)
    newest = incident.review.newest_version
    if ask.base != newest:
        what = f"version {newest} is newer than version {ask.base}, which you changed."
        raise NotNow(what, "Read the newest version and put your words into it.", code="TCS-REVIEW-STALE")
    return attempt.record(incident_id, _version(incident, attempt.clean(ask.text), generated=False))


def regenerate(attempt: Attempt, rules: Rules, incident_id: str) -> Incident:
    """The document anew from everything on the record by now. Where a person wrote the one that stands, it is an offer."""
    incident = over(attempt, incident_id, Right.RESPOND)
    events = attempt.ledger.timeline.events(incident_id)
    items = wanted(incident, events, rules, attempt.now)
    incident = attempt.record(incident_id, *items)
    text = as_markdown(write(incident, attempt.ledger.timeline.events(incident_id), rules))
    return attempt.record(incident_id, _version(incident, text, generated=True))


def _version(incident: Incident, text: str, *, generated: bool) -> PostMortemWritten:
    number = incident.review.newest_version + 1
    return PostMortemWritten(version=number, text=text, generated=generated, blame=blame_in(text))


def approve(attempt: Attempt, rules: Rules, incident_id: str, ask: Approve) -> Incident:
    """Somebody stands behind it: the incident is reviewed, its lesson is remembered, its items go to the tracker."""
    incident = over(attempt, incident_id, Right.COMMAND)
    wanted_version = ask.version or incident.review.version
    text = text_of(attempt.ledger.timeline.events(incident_id), wanted_version)
    if text is None:
        raise NotFound(f"there is no version {wanted_version}.", "Write one, or have it generated.")
    if wanted_version == incident.review.approved_version:
        raise NotNow(f"version {wanted_version} is approved already.", "Nothing to do.", code="TCS-ACT-DONE")
    _blameless(blame_in(text), ask.reason)
    if wanted_version != incident.review.version:
        incident = attempt.record(incident_id, _version(incident, text, generated=False))
    incident = attempt.record(incident_id, *_approved(incident, text, ask.reason))
    attempt.post(incident_id, *items_out(incident, rules))
    return incident


def _approved(incident: Incident, text: str, reason: str) -> tuple[Body, ...]:
    approved = PostMortemApproved(
        version=incident.review.version, digest=digest(text), reason=reason, lesson=lesson_of(text, incident)
    )
    task = incident.review.item(THE_POST_MORTEM)
    done = (ActionItemDone(item_id=THE_POST_MORTEM),) if task and task.done_at is None else ()
    return (approved, *done)


def _blameless(found: tuple[WordingViolation, ...], reason: str) -> None:
    """Raises NotNow with the words in question, unless somebody says why they stay."""
    if found and not reason:
        words = "; ".join(f"“{one_line(one.span, 80)}”" for one in found[:5])
        do = f"{found[0].advice} Or approve it with a reason."
        raise NotNow(f"it holds somebody responsible: {words}.", do, code="TCS-REVIEW-BLAME")
