"""Verbs of people on an incident: each says one thing, to the local store or to a service. They decide nothing.

What each act means, who may do it and when, is told in `stages.people`.
"""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli.reaching import Reach, reaching
from tocsin.errors import DataError

if TYPE_CHECKING:
    from tocsin.stages.people import Done

Incident = Annotated[str, typer.Argument(help="The incident's id, INC-...")]
Reason = Annotated[str, typer.Option(help="Why; it goes on the record.")]
Owner = Annotated[str | None, typer.Option(help="The one person who owns it; by default you.")]


@reaching
def declare(
    reach: Reach,
    title: Annotated[str, typer.Argument(help="The issue in one line.")],
    description: Annotated[str, typer.Option(help="What you see; triage reads it.")] = "",
    service: Annotated[str, typer.Option(help="The affected service.")] = "",
    environment: Annotated[str, typer.Option(help="Such as production.")] = "",
    severity: Annotated[str | None, typer.Option(help="SEV1 to SEV4; triage may raise it.")] = None,
    started: Annotated[str | None, typer.Option(help="The first symptom, as 2026-11-21T03:04:00Z.")] = None,
) -> None:
    """Declare an incident that no alert has seen."""
    fields = {"description": description, "service": service, "environment": environment}
    told_of(reach, reach.act("declare", title=title, severity=severity, started_at=started, **fields))


@reaching
def ack(reach: Reach, incident: Incident) -> None:
    """Acknowledge: you have it."""
    told_of(reach, reach.act("acknowledge", incident))


@reaching
def severity(
    reach: Reach, incident: Incident, level: Annotated[str, typer.Argument(help="SEV1 to SEV4.")], reason: Reason
) -> None:
    """Change the severity. Lowering it is the commander's."""
    told_of(reach, reach.act("severity", incident, severity=level.upper(), reason=reason))


@reaching
def assign(
    reach: Reach,
    incident: Incident,
    seat: Annotated[str, typer.Argument(help="commander, technical_lead, communications_lead or scribe.")],
    person: Annotated[str | None, typer.Argument(help="Who takes it; by default you.")] = None,
) -> None:
    """Give a role to one person, or hand it over."""
    told_of(reach, reach.act("assign", incident, seat=seat.replace("-", "_"), person=person))


@reaching
def note(reach: Reach, incident: Incident, text: str) -> None:
    """Put words on the record."""
    told_of(reach, reach.act("note", incident, text=text))


@reaching
def hypothesis(reach: Reach, incident: Incident, text: str) -> None:
    """Raise an idea of the cause."""
    told_of(reach, reach.act("hypothesis", incident, text=text))


@reaching
def rule_out(
    reach: Reach,
    incident: Incident,
    hypothesis_id: Annotated[str, typer.Argument(help="HYP-..., or a cause of the diagnosis; `show` lists them.")],
    reason: Reason,
) -> None:
    """Take an idea off the table."""
    told_of(reach, reach.act("rule-out", incident, hypothesis_id, reason=reason))


@reaching
def rule_in(
    reach: Reach,
    incident: Incident,
    hypothesis_id: Annotated[str, typer.Argument(help="HYP-..., or a cause of the diagnosis; `show` lists them.")],
    shown_by: Annotated[str, typer.Option(help="What shows it.")],
) -> None:
    """Say that an idea is the cause: from here on messages may name it."""
    told_of(reach, reach.act("rule-in", incident, hypothesis_id, shown_by=shown_by))


@reaching
def line(
    reach: Reach,
    incident: Incident,
    question: Annotated[str | None, typer.Argument(help="What is looked into.")] = None,
    owner: Owner = None,
    minutes: Annotated[int | None, typer.Option(help="How long; 10 by default.")] = None,
    end: Annotated[str | None, typer.Option(help="End this line instead, LIN-...")] = None,
    finding: Annotated[str, typer.Option(help="What the ended line found.")] = "",
) -> None:
    """Open a line of investigation: one owner, one question, an end. Or end one."""
    if bool(question) == bool(end):
        raise DataError("a line is either opened or ended.", "Give a question, or --end LIN-...")
    if end:
        told_of(reach, reach.act("end-line", incident, end, finding=finding))
    else:
        told_of(reach, reach.act("line", incident, question=question, owner=owner, minutes=minutes))


@reaching
def next_action(reach: Reach, incident: Incident, text: str, owner: Owner = None) -> None:
    """Set the single next action and its one owner."""
    told_of(reach, reach.act("next-action", incident, text=text, owner=owner))


@reaching
def mitigated(
    reach: Reach, incident: Incident, text: Annotated[str, typer.Argument(help="What stopped the harm.")]
) -> None:
    """Say that the harm has stopped."""
    told_of(reach, reach.act("mitigated", incident, text=text))


@reaching
def all_clear(
    reach: Reach,
    incident: Incident,
    cause: Annotated[str, typer.Option(help="The root cause; by default the diagnosis's.")] = "",
    fix: Annotated[str, typer.Option(help="What fixed it; by default the verified steps.")] = "",
    post_mortem: Annotated[str | None, typer.Option(help="When, as 2026-11-23T09:00:00Z.")] = None,
) -> None:
    """Give the all-clear: it is over."""
    told_of(reach, reach.act("all-clear", incident, cause=cause, fix=fix, post_mortem_at=post_mortem))


@reaching
def reopen(reach: Reach, incident: Incident, reason: Reason) -> None:
    """Open an incident again: it was not over."""
    told_of(reach, reach.act("reopen", incident, reason=reason))


@reaching
def merge(
    reach: Reach, incident: Incident, into: Annotated[str, typer.Argument(help="The one that goes on.")], reason: Reason
) -> None:
    """Merge an incident into another, which goes on with its alerts."""
    told_of(reach, reach.act("merge", incident, into=into, reason=reason))


@reaching
def close(reach: Reach, incident: Incident, reason: Reason) -> None:
    """Close an incident as a false alarm."""
    told_of(reach, reach.act("close", incident, reason=reason))


@reaching
def incidents(
    reach: Reach,
    everything: Annotated[bool, typer.Option("--all", help="Closed and resolved ones too.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=500)] = 50,
) -> None:
    """List incidents, newest first."""
    found = reach.incidents(open_only=not everything, limit=limit)
    if reach.as_json:
        print(json.dumps([one.model_dump(mode="json") for one in found], indent=2, ensure_ascii=False))
        return
    from tocsin.cli import live

    live.show_incidents(found)


@reaching
def show(
    reach: Reach,
    incident: Incident,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Markdown instead of the terminal view.")] = False,
    watch: Annotated[
        bool, typer.Option("--watch", "-w", help="Then each thing that happens, and models at work, until it is over.")
    ] = False,
) -> None:
    """Show the live document of an incident: who, what is believed, what is done next, what was said."""
    doc = reach.document(incident)
    if watch:
        from tocsin.cli import watching

        watching.follow(reach, doc)
        return
    if reach.as_json:
        print(doc.model_dump_json(indent=2))
    elif as_markdown:
        from tocsin.web.document_markdown import document_markdown

        print(document_markdown(doc), end="")
    else:
        from tocsin.cli import live

        live.show(doc)


@reaching
def restrict(
    reach: Reach,
    incident: Incident,
    reason: Reason,
    allow: Annotated[list[str] | None, typer.Option(help="Somebody who may see it, too; may be given again.")] = None,
    forbid: Annotated[list[str] | None, typer.Option(help="Somebody who may no longer; may be given again.")] = None,
) -> None:
    """Show an incident to those who are on it or named only, or name others."""
    told_of(reach, reach.act("restrict", incident, reason=reason, allow=allow, forbid=forbid))


@reaching
def unrestrict(reach: Reach, incident: Incident, reason: Reason) -> None:
    """Show a restricted incident to everybody again."""
    told_of(reach, reach.act("unrestrict", incident, reason=reason))


@reaching
def data_access(
    reach: Reach,
    incident: Incident,
    what: Annotated[str, typer.Argument(help="What was accessed, as far as you know.")],
    at: Annotated[str | None, typer.Option(help="When, as 2026-11-21T03:04:00Z; by default now.")] = None,
) -> None:
    """Confirm that data was accessed: the notification clock runs from then on."""
    told_of(reach, reach.act("data-access", incident, what=what, accessed_at=at))


@reaching
def authority_notified(
    reach: Reach,
    incident: Incident,
    whom: Annotated[str, typer.Argument(help="Which authority, or whom the law names.")],
    said: Annotated[str, typer.Argument(help="What they were told.")],
) -> None:
    """Say that whoever the law names was told: the notification clock stops."""
    told_of(reach, reach.act("authority-notified", incident, whom=whom, said=said))


VERBS = {
    "declare": declare,
    "incidents": incidents,
    "show": show,
    "ack": ack,
    "severity": severity,
    "assign": assign,
    "note": note,
    "hypothesis": hypothesis,
    "rule-out": rule_out,
    "rule-in": rule_in,
    "line": line,
    "next": next_action,
    "mitigated": mitigated,
    "all-clear": all_clear,
    "reopen": reopen,
    "merge": merge,
    "restrict": restrict,
    "unrestrict": unrestrict,
    "data-access": data_access,
    "authority-notified": authority_notified,
    "close": close,
}


def told_of(reach: Reach, done: "Done") -> None:
    """What the act left on the record."""
    if reach.as_json:
        print(done.model_dump_json(indent=2))
        return
    from tocsin.model.plain import one_line
    from tocsin.model.telling import tell

    for event in done.events:
        print(f"{done.incident}: {one_line(tell(event), 400)}  [{event.actor}]")
