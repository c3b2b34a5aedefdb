"""The live document, the list of incidents and the list of tokens in the terminal, drawn with Rich. Called by the verbs.

Outside text enters as in `terminal`: never as markup, and without invisible characters.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from tocsin.cli.terminal import RISK_STYLE, SEVERITY_STYLE, console, missing_values
from tocsin.model.ground import Severity
from tocsin.model.identity import Token
from tocsin.model.plain import clock, minute, one_line
from tocsin.web.document import Communication, Drafted, LiveDocument
from tocsin.web.shapes import IncidentLine
from tocsin.web.updates import Updates, UpdateShown

_SHOWN = 40
"""Lines of the timeline in the terminal; `--markdown` and `--json` have them all."""


def show(doc: LiveDocument) -> None:
    """The whole document, in the order in which somebody who comes in at 3 a.m. needs it."""
    for part in (
        _head(doc),
        _section("Attention", (_row(one.at, Text(one_line(one.text), style="bold yellow")) for one in doc.flags)),
        _section("Now", _now(doc)),
        _section("People", _people(doc)),
        _section("Hypotheses", _hypotheses(doc)),
        _section("It happened before", _precedents(doc)),
        _section("Lines of investigation", _lines(doc)),
        _section("Proposed fix", _fix(doc)),
        _section("Actions", _actions(doc)),
        _section("Customer communications", (_said(one) for one in doc.customer_communications)),
        _section("Other communications", (_said(one) for one in doc.other_communications)),
        _section("Drafts, not sent", (_drafted(one) for one in doc.drafts)),
        _section("User reports", (_row(one.at, Text(one_line(one.text))) for one in doc.user_reports)),
        _section("After", _after(doc)),
        _section("Timeline", _timeline(doc)),
    ):
        if part is not None:
            console.print(part)


def show_incidents(found: Sequence[IncidentLine]) -> None:
    """One incident below the other; on a narrow terminal only what it is about is broken."""
    table = Table.grid(padding=(0, 2))
    for heading in ("id", "sev", "state", "declared (UTC)"):
        table.add_column(heading, no_wrap=True)
    table.add_column("what", overflow="fold")
    for one in found:
        about = one_line(f"{one.service}: {one.title}" if one.service else one.title, 120)
        table.add_row(
            Text(one.id),
            Text(one.severity or "?", style=SEVERITY_STYLE[one.severity] if one.severity else ""),
            Text(one.state),
            Text(f"{one.declared_at:%Y-%m-%d %H:%M}" if one.declared_at else ""),
            Text(f"{about} ({one.open_alerts} of {one.alerts} firing)"),
        )
    console.print(table if found else Text("No incidents."))


def show_tokens(found: Sequence[tuple[Token, str]]) -> None:
    """A table of tokens; never a token itself."""
    table = _table([one.id for one, _ in found], "begins with", "person", "roles", "status", "until", "last used")
    for one, status in found:
        used = minute(one.last_used_at) if one.last_used_at else "never"
        cells = (one.id, one.prefix, one.person, ", ".join(sorted(one.roles)), status, minute(one.expires_at), used)
        table.add_row(*(Text(cell) for cell in cells))
    console.print(table if found else Text("No tokens."))


def show_updates(found: Updates) -> None:
    """A table of messages: what waits, then what is out."""
    listed = (*found.drafts, *found.published)
    table = _table([one.id for one in listed], "audience", "message", "standing", "breaks", "due (UTC)", "at (UTC)")
    for one in listed:
        blocked = ", ".join(code.code for code in one.violations if code.code not in one.overridden)
        cells = (
            Text(one.id),
            Text(one.audience),
            Text(one_line(one.template, 40)),
            Text(one.standing, style="" if one.channels else "yellow"),
            Text(blocked, style="bold red"),
            Text(clock(one.due_at) if one.due_at else ""),
            Text(clock(one.at)),
        )
        table.add_row(*cells)
    console.print(table if listed else Text("No messages."))


def show_update(one: UpdateShown, found: Updates) -> None:
    """One message word for word, and everything that whoever approves it must know."""
    about = f"{one.id}  {one.audience} ({one.template})  [{one.status}]  {one.standing}"
    rows = [
        Text(f"digest {one.digest}" if one.digest else f"out since {minute(one.at)}", style="dim"),
        *([Text(f"next update promised for {minute(one.next_update_at)}", style="dim")] if one.next_update_at else []),
        *([Text(f"approved by {one.approved_by}", style="green")] if one.approved_by else []),
        *(Text(f"{bad.code} {bad.span!r}: {bad.advice}", style="bold red") for bad in one.violations),
        *(Text(f"from now on: {said}", style="yellow") for said in found.tone),
    ]
    shown = "\n".join(one_line(line, 1000) for line in one.text.splitlines())
    console.print(Panel(Text(shown), title=Text(about), subtitle=Text(f"event {found.seq}", style="dim")))
    console.print(Group(*rows))


def _table(ids: Sequence[str], *headings: str) -> Table:
    """A table whose first column is never cut: an id that is cut cannot be typed."""
    table = Table()
    table.add_column("id", no_wrap=True, min_width=max(map(len, ids), default=0))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _head(doc: LiveDocument) -> RenderableType:
    severity = doc.severity or Severity.SEV4
    mark = (" DRILL ", "black on cyan") if doc.drill else ("", "")
    level = (f" {doc.severity or 'SEV?'} ", SEVERITY_STYLE[severity])
    title = Text.assemble(mark, level, " ", (one_line(doc.title), "bold"))
    service = one_line(doc.service) or "unknown service"
    where = Text(f"{doc.incident}  {service}  {doc.status} ({doc.state})", style="dim")
    moments = {
        "started": doc.started_at,
        "declared": doc.declared_at,
        "acknowledged": doc.acknowledged_at,
        "mitigated": doc.mitigated_at,
        "resolved": doc.resolved_at,
        "closed": doc.closed_at,
        "post-mortem": doc.post_mortem_at,
    }
    when = Text("  ".join(f"{name} {minute(moment)}" for name, moment in moments.items() if moment), style="dim")
    why = [Text(f"closed: {one_line(doc.close_reason)}")] if doc.close_reason else []
    return Panel(
        Group(title, where, when, *why, *_guarded(doc)), border_style="red" if severity <= Severity.SEV2 else "yellow"
    )


def _guarded(doc: LiveDocument) -> Iterable[Text]:
    """Who sees it, where not everybody does, and the clock of the law."""
    if doc.seen_by is not None:
        yield Text(f"restricted: seen by {', '.join(map(one_line, doc.seen_by)) or 'nobody yet'}", style="magenta")
    if (access := doc.data_access) is not None:
        told = f"told {minute(access.notified_at)}" if access.notified_at else "NOT TOLD YET"
        text = f"data accessed: {one_line(access.what)}; authorities by {minute(access.notify_by)}, {told}"
        yield Text(text, style="dim" if access.notified_at else "bold red")


def _now(doc: LiveDocument) -> Iterable[RenderableType]:
    theory, following = doc.theory, doc.next_action
    sure = f" ({theory.confidence:.0%})" if theory and theory.confidence is not None else ""
    believed = f"{one_line(theory.text, 400)}{sure}, by {one_line(theory.said_by)}" if theory else "none yet"
    done = f"{one_line(following.text, 400)}, owned by {one_line(following.owner)}" if following else "not set"
    yield Text.assemble(("  current theory ", "dim"), believed)
    if doc.storm:
        yield Text.assemble(
            ("  where it began ", "dim"), f"{one_line(doc.storm.text, 400)} ({doc.storm.confidence:.0%})"
        )
    yield Text.assemble(("  next action    ", "dim"), (done, "bold" if following else "yellow"))
    if doc.next_question:
        yield Text.assemble(("  next question  ", "dim"), one_line(doc.next_question, 600))
    for one in doc.questions:
        yield Text.assemble((f"  {one_line(one.question)} ", "dim"), one_line(one.answer, 600))


def _people(doc: LiveDocument) -> Iterable[RenderableType]:
    for one in doc.people:
        yield Text(f"  {one.seat.replace('_', ' ')}: {one_line(one.person)}, since {clock(one.since)}")
    if doc.involved:
        yield Text(f"  involved: {one_line(', '.join(doc.involved), 400)}", style="dim")
    for page in doc.pages:
        over = ", no longer needed" if page.over else ""
        yield Text(f"  paged: {one_line(page.target)} at {clock(page.at)}{over}", style="dim")


def _hypotheses(doc: LiveDocument) -> Iterable[RenderableType]:
    for one in doc.hypotheses:
        sure = f" ({one.confidence:.0%})" if one.confidence is not None else ""
        gone = f"; ruled out: {one_line(one.why)}" if one.ruled_out else ""
        gone += f"; IN DOUBT: {one_line(one.doubt, 300)}" if one.doubt else ""
        said = f"{one_line(one.text, 300)}{sure}, by {one_line(one.said_by)}{gone}"
        yield Text.assemble((f"  {one_line(one.id, 40)} ", "cyan"), (said, "dim" if one.ruled_out else ""))


def _lines(doc: LiveDocument) -> Iterable[RenderableType]:
    for one in doc.lines:
        found = one_line(one.finding) or "it did not move us forward"
        end = f"ended {clock(one.ended_at)}: {found}" if one.ended_at else f"until {clock(one.until)}"
        said = f"{one_line(one.owner)}: {one_line(one.question, 300)}; {end}"
        yield Text.assemble((f"  {one_line(one.id, 40)} ", "cyan"), (said, "dim" if one.ended_at else ""))


def _fix(doc: LiveDocument) -> Iterable[RenderableType]:
    """Its steps, then what they lack and the words that give it."""
    made = doc.fix
    if made is None:
        return
    named = f"{one_line(made.title)} [{made.runbook_id}], about {made.estimated_time}; " if made.steps else ""
    yield Text(f"  {named}{one_line(made.why, 300)}")
    for step in made.steps:
        yield Text.assemble(
            f"  {step.step_index}. ", (f"{step.risk:<6} ", RISK_STYLE[step.risk]), one_line(step.text, 300)
        )
    yield from missing_values(doc.missing)


def _actions(doc: LiveDocument) -> Iterable[RenderableType]:
    for one in doc.actions:
        yes = f", approved by {one_line(', '.join(one.approved_by))}" if one.approved_by else ""
        said = f"{one_line(one.text, 300)} ({one.risk}): {one.state}{yes}{'; ' if one.said else ''}{one_line(one.said)}"
        yield Text.assemble((f"  {one_line(one.id, 40)} ", "cyan"), said)
        yield Text(f"      {one_line(one.shown, 300)}", style="dim")


def _said(one: Communication) -> RenderableType:
    where = f" to {one_line(', '.join(one.channels))}" if one.channels else ""
    sent = "observe mode, not sent" if one.observed else f"sent{where} by {one_line(one.by)}"
    gone = f", TAKEN BACK: {one_line(one.retracted)}" if one.retracted else ""
    return _row(
        one.at, Text(f"{one.id} {one.audience} [{one_line(one.status, 40)}] {sent}{gone}: {one_line(one.text, 160)}")
    )


def _drafted(one: Drafted) -> RenderableType:
    yes = f"approved by {one_line(one.approved_by)}" if one.approved_by else "not approved"
    stands = "older than the facts" if one.stale else yes
    blocked = f", BLOCKED: {', '.join(one.blocked_by)}" if one.blocked_by else ""
    about = f"{one.id} {one.audience} ({one_line(one.template, 40)}) {stands}{blocked}"
    return _row(one.at, Text(f"{about}: {one_line(one.text, 160)}"))


def _timeline(doc: LiveDocument) -> Iterable[RenderableType]:
    hidden = len(doc.timeline) - _SHOWN
    if hidden > 0:
        yield Text(f"  {hidden} earlier ones; --markdown has them all", style="dim")
    table = Table.grid(padding=(0, 1))
    for one in doc.timeline[-_SHOWN:]:
        table.add_row(
            Text(f"  {clock(one.at)}", style="dim"), Text(one_line(one.actor), style="cyan"), Text(one_line(one.said))
        )
    yield table


def _row(moment: datetime, said: Text) -> Text:
    return Text.assemble((f"  {clock(moment)} ", "dim"), said)


def _after(doc: LiveDocument) -> Iterable[RenderableType]:
    """The post-mortem, and what is to be done."""
    if doc.post_mortem_version:
        stands = "approved" if doc.post_mortem_approved else "a draft"
        yield Text(f"post-mortem version {doc.post_mortem_version}, {stands}")
    for one in doc.action_items:
        due = f", due {one.due_at:%Y-%m-%d}" if one.due_at else ""
        stands = "dropped " if one.dropped else "done " if one.done_at else ""
        yield Text(f"{one.id} {stands}{one_line(one.text)} ({one_line(one.owner) or 'nobody yet'}{due})")


def _precedents(doc: LiveDocument) -> Iterable[RenderableType]:
    """In quotation marks: these are words of another incident."""
    for one in doc.precedents:
        helped = f"; what helped: {', '.join(one.lesson.helped)}" if one.lesson.helped else ""
        text = f"{one.incident_id} {one_line(one.lesson.title, 80)}: “{one_line(one.lesson.root_cause)}”{helped}"
        yield Text(one_line(text, 600))
        yield Text(f"  shares: {one_line(', '.join(one.words))}", style="dim")


def _section(title: str, rows: Iterable[RenderableType]) -> RenderableType | None:
    """A heading and its rows, or nothing at all."""
    listed = list(rows)
    return Group(Text(f"\n{title}", style="bold underline"), *listed) if listed else None
