"""What a person sees in the terminal, drawn with Rich. Called by the verbs; it decides nothing.

Outside text only ever enters as `Text`, never as markup, and without invisible characters: a log line cannot recolour the
screen, hide itself, or pretend to be ours.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from tocsin.cli.drawing import blast_radius, reports, sparklines
from tocsin.model.action import MissingValue
from tocsin.model.alert import Alert
from tocsin.model.diagnosis import Hypothesis
from tocsin.model.event import Event
from tocsin.model.evidence import Evidence, Finding, page_of
from tocsin.model.ground import RiskLevel, Severity
from tocsin.model.incident import Incident
from tocsin.model.plain import clock, minute, one_line
from tocsin.model.telling import tell
from tocsin.model.update import Update

if TYPE_CHECKING:
    from tocsin.grading import Result
    from tocsin.store.audit import Verdict
    from tocsin.web.shapes import DeadLetter

SEVERITY_STYLE = {
    Severity.SEV1: "bold white on red",
    Severity.SEV2: "bold red",
    Severity.SEV3: "bold yellow",
    Severity.SEV4: "bold",
}
RISK_STYLE = {RiskLevel.LOW: "green", RiskLevel.MEDIUM: "yellow", RiskLevel.HIGH: "bold red"}
PER_ROLE = 4
"""Findings shown of each role; `--markdown` and `--json` have them all."""
console = Console(highlight=False)


def show_incident(incident: Incident, events: Sequence[Event], evidence: Iterable[Evidence]) -> None:
    """The whole report, in the order a responder reads it."""
    for part in (
        headline(incident),
        triage(incident),
        findings(incident),
        diagnosis(incident),
        fix(incident),
        messages(incident),
        timeline(events),
    ):
        if part is not None:
            console.print(part)
    cited = len(list(evidence))
    console.print(
        Text(
            f"{cited} pieces of evidence kept, {len(incident.findings)} findings, every one cites. Nothing was executed.",
            style="dim",
        )
    )


def headline(incident: Incident) -> RenderableType:
    """Severity, title, service, since when."""
    severity = incident.severity or Severity.SEV4
    title = Text.assemble((f" {severity} ", SEVERITY_STYLE[severity]), " ", (one_line(incident.title), "bold"))
    started = f", since {minute(incident.started_at)}" if incident.started_at else ""
    where = Text(
        f"{incident.id}  {one_line(incident.service) or 'unknown service'}  {incident.state}{started}", style="dim"
    )
    return Panel(Group(title, where), border_style="red" if severity <= Severity.SEV2 else "yellow")


def triage(incident: Incident) -> RenderableType | None:
    """Type, severity, the facts with their quotes, the four questions."""
    if incident.triage is None:
        return None
    made = incident.triage
    rows = [
        Text(
            f"{made.type} ({made.type_confidence:.0%}) -> {made.specialist}; {made.severity} because {one_line(made.rule)}"
        )
    ]
    if made.unsure:
        rows.append(Text("Unsure between two levels: the higher one was taken.", style="yellow"))
    for fact in made.facts:
        quote = f'  "{one_line(fact.quote.text, 90)}"' if fact.quote else ""
        rows.append(
            Text.assemble(
                ("  fact ", "dim"),
                f"{fact.kind} = {one_line(str(fact.value), 40)} ",
                (f"({fact.origin}){quote}", "dim"),
            )
        )
    rows += [
        Text.assemble((f"{one_line(one.question)} ", "bold"), one_line(one.answer, 600)) for one in incident.answers
    ]
    if made.notify:
        rows.append(Text(f"To be told: {', '.join(made.notify)}", style="dim"))
    return _section("Triage", rows)


def findings(incident: Incident) -> RenderableType | None:
    """What the investigators saw: drawn where it can be drawn, quoted everywhere, the surest of each role first."""
    if not incident.findings and not incident.gaps and not incident.reports:
        return None
    rows: list[RenderableType] = [*sparklines(incident), *reports(incident), *blast_radius(incident), Text("")]
    by_role: dict[str, list[Finding]] = {}
    for one in incident.findings:
        by_role.setdefault(one.role, []).append(one)
    for role, reported in by_role.items():
        rows.append(Text(f"{role}: {len(reported)} finding{'' if len(reported) == 1 else 's'}", style="bold"))
        rows.append(_claims(reported[:PER_ROLE]))
    rows += [Text(f"  not looked at: {one_line(gap)}", style="yellow") for gap in incident.gaps]
    return _section("Evidence", rows)


def _claims(reported: Sequence[Finding]) -> RenderableType:
    """Each claim with its confidence, and below it the words that prove it."""
    table = Table.grid(padding=(0, 1))
    for one in reported:
        table.add_row(
            Text(f"  {one.id}", style="cyan"),
            Text(f"{one.confidence:4.0%}", style="dim"),
            Text(one_line(one.text, 300)),
        )
        for quote in one.quotes[:1]:
            cited = f'{quote.evidence_id} "{one_line(quote.text, 160)}"'
            table.add_row("", "", Text(cited, style="dim", no_wrap=True, overflow="ellipsis"))
        if page := page_of(one):
            table.add_row("", "", Text(f"see {page}", style=f"dim link {page}", no_wrap=True, overflow="ellipsis"))
    return table


def diagnosis(incident: Incident) -> RenderableType | None:
    """The cause, what speaks for and against it, what was ruled out."""
    if incident.diagnosis is None:
        return None
    made = incident.diagnosis
    said = one_line(made.root_cause, 400) or "The cause is unknown."
    sure = f"confidence {made.confidence:.0%}" if made.root_cause else "too unsure to name one"
    rows: list[RenderableType] = [
        Text.assemble((said, "bold"), (f"  {sure}{', partial' if made.partial else ''}", "dim"))
    ]
    rows.append(_hypotheses(made.hypotheses[:4]))
    gone = [one_line(one.text) for one in made.ruled_out[:4]] or ["nothing so far"]
    rows += [Text(f"  ruled out: {one}", style="dim") for one in gone]
    rows += [Text(f"  missing: {one_line(item)}", style="yellow") for item in made.missing[:4]]
    if made.next_question:
        rows.append(Text(f"  next question: {one_line(made.next_question)}"))
    return _section("Diagnosis", rows)


def _hypotheses(ranked: Sequence[Hypothesis]) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    for one in ranked:
        table.add_row(Text(f"  {one.confidence:4.0%}", style="cyan"), Text(one_line(one.text, 300)))
        table.add_row("", Text(f"for: {_some(one.supports)}; against: {_some(one.contradicts)}", style="dim"))
    return table


def _some(names: Sequence[str], shown: int = 6) -> str:
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return f"{', '.join(names[:shown])}{more}" if names else "nothing"


def fix(incident: Incident) -> RenderableType | None:
    """The proposed steps of one runbook, with their risk."""
    if incident.fix is None:
        return None
    if not incident.fix.steps:
        return _section("Proposed fix", [Text(one_line(incident.fix.why) or "None.")])
    made = incident.fix
    rows: list[RenderableType] = [
        Text(f"{one_line(made.title)} [{made.runbook_id}], about {made.estimated_time}; {one_line(made.why)}")
    ]
    for step in made.steps:
        rows.append(
            Text.assemble(
                f"  {step.step_index}. ", (f"{step.risk:<6} ", RISK_STYLE[step.risk]), one_line(step.text, 300)
            )
        )
        rows += [Padding(Text(one_line(row, 200), style="dim"), (0, 0, 0, 12)) for row in step.command.splitlines()]
    if made.needs:
        rows.append(Text(f"  needs: {one_line('; '.join(made.needs))}", style="dim"))
    rows += missing_values(incident.missing)
    rows.append(Text("  Proposed, not executed: a person decides.", style="yellow"))
    return _section("Proposed fix", rows)


def missing_values(missing: Sequence[MissingValue]) -> Iterable[RenderableType]:
    """What the steps of a fix lack, with what to type and what to add to the configuration."""
    for one in missing:
        steps = ", ".join(map(str, one.steps))
        about = f" ({one_line(one.about)})" if one.about else ""
        yield Text(f"  lacks {one.slot}{about} for step {steps}: {one_line(one.why, 300)}", style="yellow")
        yield Text(f"      {one_line(one.give, 300)}")
        if one.yaml:
            yield Text(f"      for good: {one_line(one.yaml, 300)}", style="dim")


def messages(incident: Incident) -> RenderableType | None:
    """The drafts, each in its own frame."""
    if not incident.updates:
        return None
    return _section("Drafted messages (none sent)", [message(update) for update in incident.updates])


def message(update: Update) -> RenderableType:
    """One draft and whether the wording rules let it out."""
    verdict = ", ".join(one.code for one in update.violations)
    title = f"{update.audience}: {update.template}" + (f"  BLOCKED: {verdict}" if verdict else "")
    return Panel(
        Text("\n".join(one_line(row, 400) if row.strip() else "" for row in update.text.splitlines())),
        title=Text(title),
        title_align="left",
        border_style="dim",
    )


def timeline(events: Sequence[Event]) -> RenderableType:
    """When what happened, and who did it."""
    table = Table.grid(padding=(0, 1))
    for event in events:
        if event.body is not None and event.body.kind == "evidence_collected":
            continue
        table.add_row(
            Text(clock(event.at), style="dim"), Text(event.actor, style="cyan"), Text(one_line(tell(event), 160))
        )
    return _section("Timeline", [table])


def show_alerts(alerts: Sequence[Alert]) -> None:
    """A table of parsed alerts."""
    table = Table("source", "status", "severity", "title", "service", "environment", "started (UTC)")
    for one in alerts:
        started = minute(one.starts_at) if one.starts_at else "not said"
        severity = f"{one.severity} ({one_line(one.vendor_severity, 20)})" if one.vendor_severity else str(one.severity)
        cells = (
            one.source,
            one.status,
            severity,
            one_line(one.title, 80),
            one_line(one.service, 30),
            one_line(one.environment, 20),
            started,
        )
        table.add_row(*(Text(cell) for cell in cells))
    console.print(table if alerts else Text("The body was understood; there is nothing in it to alert on."))


def show_dead_letters(letters: "Sequence[DeadLetter]") -> None:
    """A table of refused bodies and why."""
    table = Table("delivery", "received (UTC)", "source", "bytes", "why")
    for kept in letters:
        cells = (
            kept.id,
            minute(kept.received_at),
            one_line(kept.source, 30),
            str(kept.bytes),
            one_line(str(kept.error.get("what", "")), 120),
        )
        table.add_row(*(Text(cell) for cell in cells))
    console.print(table if letters else Text("No dead letters."))


def show_audit(result: "Verdict") -> None:
    """The verdict, and every event that does not fit."""
    counted = f"{result.events} events of {result.incidents} incidents, {result.evidence} pieces of evidence"
    if result.ok:
        erased = f", {result.erased} erased by name" if result.erased else ""
        console.print(Text(f"Every link holds: {counted}{erased}.", style="green"))
        return
    console.print(Text(f"BROKEN: {len(result.faults)} faults in {counted}.", style="bold red"))
    for fault in result.faults:
        console.print(Text(f"  {fault}", style="red"))


def show_grades(result: "Result") -> None:
    """Each case, each criterion, and the score."""
    table = Table("case", "score", "what was not met")
    for case in result.cases:
        missed = "; ".join(
            f"{one.text} (saw: {one_line(str(one.seen), 80)})" for one in case.criteria if not one.passed
        )
        table.add_row(
            Text(case.name), Text(f"{case.score:.2f}", style="green" if case.score >= 1 else "red"), Text(missed)
        )
    console.print(table)
    console.print(Text(f"{result.suite}: {result.score:.3f}", style="bold green" if result.score >= 1 else "bold red"))


def _section(title: str, rows: Sequence[RenderableType]) -> RenderableType:
    return Group(Text(f"\n{title}", style="bold underline"), *rows)
