"""The live incident document as Markdown, for tickets, wikis and chat. Pure; called by the API and `tocsin show --markdown`.

Everything that people or the world wrote is escaped, as in `markdown`.
"""

from collections.abc import Iterable
from datetime import datetime

from tocsin.model.event import Precedent
from tocsin.model.plain import minute
from tocsin.model.review import ActionItem
from tocsin.web.document import Claim, Communication, Deed, Drafted, Hypothesis, LiveDocument
from tocsin.web.markdown import link_target, missing_values, safe


def document_markdown(doc: LiveDocument) -> str:
    """The whole document, in the order in which somebody who comes in at 3 a.m. needs it."""
    parts = (
        _head(doc),
        _section("Attention", (f"{_at(one.at)} {safe(one.text)}" for one in doc.flags)),
        _now(doc),
        _section("People", _people(doc)),
        _section("Hypotheses", (_hypothesis(one) for one in doc.hypotheses)),
        _section("Findings", (_claim(one) for one in doc.findings)),
        _section("It happened before", (_precedent(one) for one in doc.precedents)),
        _section("Lines of investigation", _lines(doc)),
        _fix(doc),
        _section("Actions", (_deed(one) for one in doc.actions)),
        _section("Customer communications", (_said(one) for one in doc.customer_communications)),
        _section("Other communications", (_said(one) for one in doc.other_communications)),
        _section("Drafts, not sent", (_drafted(one) for one in doc.drafts)),
        _section("User reports", _reported(doc)),
        _section("Tasks", (safe(one) for one in doc.tasks)),
        _section("Not looked at", (safe(one) for one in doc.not_looked_at)),
        _section("Observed, not done", (safe(one) for one in doc.would_have_done)),
        _section("Action items", (_item(one) for one in doc.action_items)),
        _section("Timeline", (f"{_at(one.at)} {safe(one.actor)}: {safe(one.said)}" for one in doc.timeline)),
    )
    return "\n".join(line for part in parts for line in part).rstrip() + "\n"


def _head(doc: LiveDocument) -> list[str]:
    lines = [f"# {doc.severity or 'SEV?'} {safe(doc.title)}", "", f"- Incident: {doc.incident}"]
    lines += ["- This is a drill."] if doc.drill else []
    lines += [f"- Status: {doc.status} ({doc.state})", f"- Service: {safe(doc.service) or 'unknown'}"]
    moments = {
        "Started": doc.started_at,
        "Declared": doc.declared_at,
        "Acknowledged": doc.acknowledged_at,
        "Mitigated": doc.mitigated_at,
        "Resolved": doc.resolved_at,
        "Closed": doc.closed_at,
        "Post-mortem": doc.post_mortem_at,
    }
    lines += [f"- {name}: {minute(moment)}" for name, moment in moments.items() if moment]
    if doc.seen_by is not None:
        lines.append(f"- Restricted: seen by {safe(', '.join(doc.seen_by)) or 'nobody but who runs this machine'}")
    lines += _data_access(doc)
    if doc.merged_into or doc.close_reason:
        lines.append(f"- Closed because: {safe(doc.close_reason)}")
    return [*lines, ""]


def _reported(doc: LiveDocument) -> list[str]:
    """How often over time, then each in its own words."""
    said = [f"{_at(one.at)} by {safe(one.origin)}: {safe(one.text)}" for one in doc.user_reports]
    return [*([doc.report_chart.line] if doc.report_chart else []), *said]


def _data_access(doc: LiveDocument) -> list[str]:
    """What was accessed, and the clock of the law."""
    one = doc.data_access
    if one is None:
        return []
    told = f"told {minute(one.notified_at)}" if one.notified_at else "NOT TOLD YET"
    accessed = f"- Data accessed: {safe(one.what, 1000)} ({minute(one.accessed_at)})"
    return [accessed, f"- Authorities: to be told by {minute(one.notify_by)}, {told}"]


def _now(doc: LiveDocument) -> list[str]:
    """The current theory and the one next action, or that there is none: both are worth saying."""
    theory, following = doc.theory, doc.next_action
    sure = f" ({theory.confidence:.0%})" if theory and theory.confidence is not None else ""
    believed = f"{safe(theory.text)}{sure}, by {safe(theory.said_by)}" if theory else "none yet"
    done = f"{safe(following.text)}, owned by {safe(following.owner)}" if following else "not set"
    answers = [f"**{safe(one.question)}** {safe(one.answer, 1000)}" for one in doc.questions]
    storm = [f"**Where it began:** {safe(doc.storm.text)} ({doc.storm.confidence:.0%})"] if doc.storm else []
    asked = [f"**Next question:** {safe(doc.next_question, 600)}"] if doc.next_question else []
    lines = [f"**Current theory:** {believed}", *storm, f"**Next action:** {done}", *asked, *answers]
    return ["## Now", "", *(part for line in lines for part in (line, ""))]


def _people(doc: LiveDocument) -> list[str]:
    seats = [f"{one.seat.replace('_', ' ')}: {safe(one.person)}, since {_at(one.since)}" for one in doc.people]
    called = [f"paged: {safe(one.target)}, {_at(one.at)}{', over' if one.over else ''}" for one in doc.pages]
    return [*seats, *([f"involved: {safe(', '.join(doc.involved))}"] if doc.involved else []), *called]


def _hypothesis(one: Hypothesis) -> str:
    sure = f" ({one.confidence:.0%})" if one.confidence is not None else ""
    gone = f"ruled out: {safe(one.why)}" if one.ruled_out else "on the table"
    gone += f"; IN DOUBT: {safe(one.doubt)}" if one.doubt else ""
    return f"`{one.id.replace('`', '')}` {safe(one.text)}{sure}, by {safe(one.said_by)}; {gone}"


def _item(one: ActionItem) -> str:
    due = f", due {one.due_at:%Y-%m-%d}" if one.due_at else ""
    stands = f"; dropped: {safe(one.dropped)}" if one.dropped else "; done" if one.done_at else ""
    return f"{one.id} {safe(one.text)} ({safe(one.owner) or 'nobody yet'}{due}){stands}"


def _claim(one: Claim) -> str:
    page = f" [see it at its source]({link_target(one.link)})" if one.link else ""
    return f"`{one.id}` {safe(one.text)} ({one.confidence:.0%}; {', '.join(one.evidence)}){page}"


def _precedent(one: Precedent) -> str:
    lesson = one.lesson
    helped = f"; what helped: {safe(', '.join(lesson.helped))}" if lesson.helped else ""
    against = f"; what did not: {safe(', '.join(lesson.did_not_help))}" if lesson.did_not_help else ""
    shared = safe(", ".join(one.words))
    return (
        f"{safe(one.incident_id)} {safe(lesson.title)}: “{safe(lesson.root_cause)}”{helped}{against} (shares: {shared})"
    )


def _lines(doc: LiveDocument) -> Iterable[str]:
    for one in doc.lines:
        end = (
            f"ended {_at(one.ended_at)}: {safe(one.finding) or 'it did not move us forward'}"
            if one.ended_at
            else "open"
        )
        yield f"`{one.id}` {safe(one.owner)}: {safe(one.question)} (until {_at(one.until)}); {end}"


def _fix(doc: LiveDocument) -> list[str]:
    """The proposed steps, then what they lack."""
    made = doc.fix
    if made is None:
        return []
    named = f"{safe(made.title)} (`{made.runbook_id}`), about {safe(made.estimated_time)}. " if made.steps else ""
    steps = [f"{one.step_index}. [{one.risk}] {safe(one.text)}" for one in made.steps]
    lacks = ["It lacks:", "", *missing_values(doc.missing)] if doc.missing else []
    return ["## Proposed fix", "", f"{named}{safe(made.why)}", "", *steps, "", *lacks]


def _deed(one: Deed) -> str:
    yes = f"; approved by {safe(', '.join(one.approved_by))}" if one.approved_by else ""
    said = f"; {safe(one.said)}" if one.said else ""
    return f"`{one.id}` {_at(one.started_at or one.requested_at)} {safe(one.text)} ({one.risk}): {one.state}{yes}{said}"


def _said(one: Communication) -> str:
    where = f" to {safe(', '.join(one.channels))}" if one.channels else ""
    sent = f"would have been sent at {_at(one.at)} (observe mode)" if one.observed else f"sent {_at(one.at)}{where}"
    fixed = f", corrects {one.corrects}" if one.corrects else ""
    gone = f", TAKEN BACK: {safe(one.retracted)}" if one.retracted else ""
    return (
        f"`{one.id}` {one.audience} ({safe(one.status)}), {sent} by {safe(one.by)}{fixed}{gone}: {safe(one.text, 1000)}"
    )


def _drafted(one: Drafted) -> str:
    due = f", due {_at(one.due_at)}" if one.due_at else ""
    yes = f"approved by {safe(one.approved_by)}" if one.approved_by else "not approved"
    blocked = f", blocked: {', '.join(one.blocked_by)}" if one.blocked_by else ""
    stands = f"{'older than the facts' if one.stale else yes}{blocked}"
    return f"`{one.id}` {_at(one.at)} {one.audience} ({safe(one.template)}){due}, {stands}: {safe(one.text, 1000)}"


def _at(moment: datetime) -> str:
    return minute(moment)


def _section(title: str, rows: Iterable[str]) -> list[str]:
    """A heading with a list, or nothing at all."""
    listed = [f"- {row}" for row in rows]
    return [f"## {title}", "", *listed, ""] if listed else []
