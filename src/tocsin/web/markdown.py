"""The incident report as Markdown, for tickets, wikis and chat. Pure; called by the CLI and the API.

Everything that came from outside is escaped: a log line can become neither a heading nor a link nor an image.
"""

import re
from collections.abc import Iterable

from tocsin.model.action import MissingValue
from tocsin.model.event import Event
from tocsin.model.evidence import Evidence, Finding, page_of
from tocsin.model.incident import Incident
from tocsin.model.plain import minute, one_line
from tocsin.model.telling import tell

SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&@:])")


def markdown(incident: Incident, events: list[Event], evidence: Iterable[Evidence]) -> str:
    """The whole report, most urgent first."""
    parts = (
        _head(incident),
        _diagnosis(incident),
        _fix(incident),
        _messages(incident),
        _findings(incident),
        _timeline(events),
        _sources(evidence),
    )
    return "\n".join(line for part in parts for line in part).rstrip() + "\n"


def safe(text: str, limit: int = 400) -> str:
    """Outside text on one line, with every character that Markdown gives a meaning escaped."""
    return SPECIAL.sub(r"\\\1", one_line(text, limit))


def _head(incident: Incident) -> list[str]:
    triage = incident.triage
    lines = [f"# {incident.severity or 'SEV?'} {safe(incident.title)}", ""]
    lines += [
        f"- Incident: {incident.id}",
        f"- Status: {incident.state}",
        f"- Service: {safe(incident.service) or 'unknown'}",
    ]
    if incident.started_at:
        lines.append(f"- Started: {minute(incident.started_at)}")
    if triage:
        lines += [
            f"- Type: {triage.type} ({triage.type_confidence:.0%}), routed to {triage.specialist}",
            f"- Why {triage.severity}: {safe(triage.rule)}",
        ]
        lines += [
            f"- Fact: {fact.kind} = {safe(str(fact.value))} ({fact.origin}){_cited(fact.quote.text) if fact.quote else ''}"
            for fact in triage.facts
        ]
    answers = [
        line for answer in incident.answers for line in (f"**{safe(answer.question)}** {safe(answer.answer, 1000)}", "")
    ]
    return [*lines, "", *answers]


def _diagnosis(incident: Incident) -> list[str]:
    diagnosis = incident.diagnosis
    if diagnosis is None:
        return []
    sure = f"confidence {diagnosis.confidence:.0%}" if diagnosis.root_cause else "too unsure to name one"
    said = safe(diagnosis.root_cause) or "The cause is unknown."
    lines = ["## Diagnosis", "", f"{said} ({sure}{', partial' if diagnosis.partial else ''})", ""]
    for rank, one in enumerate(diagnosis.hypotheses, 1):
        backing = f"for: {', '.join(one.supports) or 'nothing'}; against: {', '.join(one.contradicts) or 'nothing'}"
        lines.append(f"{rank}. {safe(one.text)} ({one.confidence:.0%}; {backing})")
    lines += [f"- Ruled out: {safe(one.text)}" for one in diagnosis.ruled_out] or ["- Ruled out: nothing so far"]
    lines += [f"- Missing: {safe(item)}" for item in diagnosis.missing]
    if diagnosis.next_question:
        lines.append(f"- Next question: {safe(diagnosis.next_question)}")
    return [*lines, ""]


def _fix(incident: Incident) -> list[str]:
    fix = incident.fix
    if fix is None:
        return []
    if not fix.steps:
        return ["## Proposed fix", "", safe(fix.why) or "None.", ""]
    lines = [
        "## Proposed fix",
        "",
        f"{safe(fix.title)} (`{fix.runbook_id}`), about {safe(fix.estimated_time)}, risk {fix.risk}. Not executed.",
        "",
    ]
    for step in fix.steps:
        lines.append(f"{step.step_index}. [{step.risk}] {safe(step.text)}")
        if step.command:
            lines += ["", *(f"        {one_line(row, 400)}" for row in step.command.splitlines()), ""]
    if fix.needs:
        lines += ["", f"Needs: {safe('; '.join(fix.needs))}"]
    if incident.missing:
        lines += ["", "It lacks:", "", *missing_values(incident.missing)]
    return [*lines, ""]


def missing_values(missing: Iterable[MissingValue]) -> list[str]:
    """What the steps of a fix lack, each with what to type and what to add to the configuration."""
    lines = []
    for one in missing:
        about = f" ({safe(one.about)})" if one.about else ""
        lines.append(f"- {one.slot}{about} for step {', '.join(map(str, one.steps))}: {safe(one.why)}")
        lines += ["", *(f"        {one_line(text, 400)}" for text in (one.give, one.yaml) if text), ""]
    return lines


def _messages(incident: Incident) -> list[str]:
    lines = ["## Drafted messages", ""] if incident.updates else []
    for update in incident.updates:
        broken = f", breaks {', '.join(one.code for one in update.violations)}" if update.violations else ""
        lines += [
            f"**{update.template}** for {update.audience}, not sent{broken}",
            "",
            *(f"    {row}" for row in update.text.splitlines()),
            "",
        ]
    return lines


def _findings(incident: Incident) -> list[str]:
    lines = ["## Findings", ""] if incident.findings else []
    lines += [line for finding in incident.findings for line in _finding(finding)]
    lines += [f"- Could not be looked at: {safe(gap)}" for gap in incident.gaps]
    return [*lines, ""] if lines else []


def _finding(finding: Finding) -> list[str]:
    quotes = [f"  - {quote.evidence_id}:{_cited(quote.text)}" for quote in finding.quotes]
    page = page_of(finding)
    source = [f"  - [see it at its source]({link_target(page)})"] if page else []
    return [f"- `{finding.id}` {safe(finding.text)} ({finding.confidence:.0%})", *quotes, *source]


def link_target(page: str) -> str:
    """An address inside the brackets of a link: what could end them is percent-encoded."""
    return page.translate({ord(one): f"%{ord(one):02X}" for one in "()[]"})


def _timeline(events: list[Event]) -> list[str]:
    rows = [f"| {event.at:%H:%M:%S} | {safe(tell(event))} | {safe(event.actor)} |" for event in events]
    return ["## Timeline (UTC)", "", "| Time | Event | Who |", "| --- | --- | --- |", *rows, ""]


def _sources(evidence: Iterable[Evidence]) -> list[str]:
    rows = [f"| {one.id} | {safe(one.source)} | {safe(one.query, 120)} | `{one.sha256[:12]}` |" for one in evidence]
    return (
        ["## Evidence", "", "| Id | Source | Query | SHA-256 |", "| --- | --- | --- | --- |", *rows, ""] if rows else []
    )


def _cited(text: str) -> str:
    return f' "{safe(text, 240)}"'
