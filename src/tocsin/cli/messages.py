"""Verbs of the communications desk: what is drafted and out, its review, the handoff, tone and rhythm, "any update?".

On the local store they speak as the local operator, at a service as whoever the token stands for. They decide nothing; what
each act means is told in `stages.communicate`.
"""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import typer

from tocsin.cli.people import told_of
from tocsin.cli.reaching import Reach, reaching
from tocsin.errors import DataError, NotFound

if TYPE_CHECKING:
    from tocsin.guard.attempt import Done
    from tocsin.web.updates import Updates, UpdateShown

Incident = Annotated[str, typer.Argument(help="The incident's id, INC-...")]
UpdateId = Annotated[str, typer.Argument(help="The message's id, U12; `tocsin updates` lists them.")]
Reason = Annotated[str, typer.Option(help="Why; it goes on the record.")]
Audience = Annotated[str, typer.Argument(help="channel, internal, external, executive, support or security.")]
Seen = Annotated[int | None, typer.Option(help="The number of the last event you had before you when you wrote.")]

update = typer.Typer(
    help="Review one message: show, draft, edit, approve, publish, correct, retract.", no_args_is_help=True
)


@reaching
def updates(reach: Reach, incident: Incident) -> None:
    """List messages: what waits for review, with what blocks it, and what is out."""
    found = _updates(reach, incident)
    if reach.as_json:
        print(found.model_dump_json(indent=2))
        return
    from tocsin.cli import live

    live.show_updates(found)


@reaching
def show(reach: Reach, incident: Incident, update_id: UpdateId) -> None:
    """Show a message word for word, with its digest and what is wrong with it."""
    one, found = _one(reach, incident, update_id)
    if reach.as_json:
        print(one.model_dump_json(indent=2))
        return
    from tocsin.cli import live

    live.show_update(one, found)


@reaching
def draft(
    reach: Reach,
    incident: Incident,
    audience: Annotated[list[str] | None, typer.Argument(help="For whom; by default everybody usual.")] = None,
    no_change: Annotated[
        bool, typer.Option("--no-change", help="Say that nothing has changed, if that is so.")
    ] = False,
) -> None:
    """Write new drafts from what is known now."""
    told_of(reach, reach.act("draft-updates", incident, audiences=audience or None, no_change=no_change))


@reaching
def edit(
    reach: Reach,
    incident: Incident,
    update_id: UpdateId,
    text: Annotated[
        str | None, typer.Argument(help="The new words; without them they are read from standard input.")
    ] = None,
    file: Annotated[Path | None, typer.Option(help="A file that holds them.")] = None,
    seen: Seen = None,
) -> None:
    """Give a draft other words. An approval of the old ones is gone."""
    words = text if text is not None else file.read_text() if file else sys.stdin.read()
    told_of(reach, reach.act("edit-update", incident, update_id, text=words, seen=seen))


@reaching
def approve(
    reach: Reach,
    incident: Incident,
    update_id: UpdateId,
    override: Annotated[list[str] | None, typer.Option(help="A wording rule to set aside, by its code.")] = None,
    reason: Annotated[str, typer.Option(help="Why the rules are set aside.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again after showing it.")] = False,
) -> None:
    """Approve a message after looking at exactly what would go out."""
    one = _shown(reach, incident, update_id, yes=yes, question="Do you approve exactly this?")
    overridden = tuple(override or ())
    fields = {"digest": one.digest, "overridden": overridden, "reason": reason}
    told_of(reach, reach.act("approve-update", incident, update_id, **fields))


@reaching
def sign(
    reach: Reach,
    incident: Incident,
    update_id: UpdateId,
    person: Annotated[str, typer.Option(help="Who at legal agreed to exactly these words.")],
) -> None:
    """Note that legal agreed to a message."""
    one, _ = _one(reach, incident, update_id)
    told_of(reach, reach.act("sign-update", incident, update_id, digest=one.digest, person=person))


@reaching
def publish(
    reach: Reach,
    incident: Incident,
    update_id: UpdateId,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again after showing it.")] = False,
) -> None:
    """Publish a message after looking at exactly what goes out."""
    one = _shown(reach, incident, update_id, yes=yes, question=f"Publish it to {incident}'s audience?")
    told_of(reach, reach.act("publish-update", incident, update_id, digest=one.digest or None))


@reaching
def correct(
    reach: Reach,
    incident: Incident,
    update_id: UpdateId,
    text: Annotated[str, typer.Argument(help="What is true instead.")],
) -> None:
    """Draft a correction of a published message."""
    told_of(reach, reach.act("correct-update", incident, update_id, text=text))


@reaching
def retract(reach: Reach, incident: Incident, update_id: UpdateId, reason: Reason) -> None:
    """Take a published message back, and tell everybody who had it."""
    told_of(reach, reach.act("retract-update", incident, update_id, reason=reason))


@reaching
def handoff(reach: Reach, incident: Incident) -> None:
    """Print the communications handoff document, as the record has it now."""
    if reach.url:
        kind = "json" if reach.as_json else "text"
        path = f"/api/incidents/{quote(incident, safe='')}/handoff?format={kind}"
        print(reach.asked("GET", path).decode().rstrip())
        return
    from tocsin.app import messages

    made, text = asyncio.run(messages.handoff(reach.config, incident))
    print(made.model_dump_json(indent=2) if reach.as_json else text)


@reaching
def ask(
    reach: Reach,
    incident: Incident,
    asker: Annotated[str, typer.Option(help="Who asks, where it is not you.")] = "",
    where: Annotated[str, typer.Option(help="Where they ask.")] = "command line",
    to_commander: Annotated[bool, typer.Option("--to-commander", help="They had asked the commander.")] = False,
) -> None:
    """Any update? Answered from the record, not by the commander."""
    done = reach.act("any-update", incident, asker=asker, where=where, to_commander=to_commander)
    if reach.as_json:
        print(done.model_dump_json(indent=2))
        return
    print(_answer(done))


@reaching
def sync(
    reach: Reach,
    incident: Incident,
    sure: Annotated[str | None, typer.Option("--eta", help="Confidence in an ETA: none, low, medium or high.")] = None,
    broken: Annotated[str, typer.Option(help="What is broken; by default what the record says.")] = "",
    known: Annotated[str, typer.Option(help="What we know; by default what the record says.")] = "",
) -> None:
    """The sync with the commander: show its three answers as the record has them, or record them with --eta."""
    if sure is not None:
        told_of(reach, reach.act("sync", incident, broken=broken, known=known, eta_confidence=sure))
        return
    from tocsin.stages.communicate import SyncFields

    if reach.url:
        fields = SyncFields.model_validate_json(reach.asked("GET", f"/api/incidents/{quote(incident, safe='')}/sync"))
    else:
        from tocsin.app import messages

        fields = asyncio.run(messages.sync_fields(reach.config, incident))
    if reach.as_json:
        print(fields.model_dump_json(indent=2))
        return
    print(
        f"What is broken: {fields.broken}\nWhat we know: {fields.known}\nConfidence in an ETA: {fields.eta_confidence}"
    )


@reaching
def eta(
    reach: Reach,
    incident: Incident,
    reason: Reason,
    at: Annotated[
        str | None, typer.Argument(help="When, as 2026-11-21T05:00:00Z; without one it is unknown again.")
    ] = None,
    owner: Annotated[str | None, typer.Option(help="The person who stands behind it; by default you.")] = None,
    confidence: Annotated[str, typer.Option(help="low, medium or high.")] = "medium",
) -> None:
    """State a time of recovery and who stands behind it."""
    told_of(reach, reach.act("eta", incident, at=at, owner=owner, confidence=confidence, reason=reason))


@reaching
def tone(
    reach: Reach,
    incident: Incident,
    text: Annotated[str, typer.Argument(help="The constraint, in words.")],
    lift: Annotated[bool, typer.Option("--lift", help="It holds no longer.")] = False,
    reason: Annotated[str, typer.Option(help="Why it is lifted.")] = "",
) -> None:
    """Set a constraint on what may be said, or lift one."""
    if lift:
        told_of(reach, reach.act("lift-tone", incident, text=text, reason=reason))
    else:
        told_of(reach, reach.act("tone", incident, text=text))


@reaching
def cadence(
    reach: Reach,
    incident: Incident,
    audience: Audience,
    minutes: Annotated[int, typer.Argument(help="Minutes between two updates; 0: on change only.")],
    reason: Reason,
) -> None:
    """Set another rhythm for an audience."""
    told_of(reach, reach.act("cadence", incident, audience=audience, minutes=minutes, reason=reason))


@reaching
def engage(
    reach: Reach,
    incident: Incident,
    audience: Audience,
    via: Annotated[str, typer.Argument(help="Where they are served.")],
) -> None:
    """Serve an audience from now on."""
    told_of(reach, reach.act("engage", incident, audience=audience, via=via))


@reaching
def need(
    reach: Reach,
    incident: Incident,
    text: Annotated[str, typer.Argument(help="What is needed; with --answer, the answer.")],
    audience: Annotated[str | None, typer.Option(help="Who needs it.")] = None,
    answer: Annotated[str | None, typer.Option(help="Answer this ask instead, ASK-...")] = None,
) -> None:
    """Note something that an audience needs and has not got, or answer it."""
    if answer:
        told_of(reach, reach.act("answer-ask", incident, answer, answer=text))
    else:
        told_of(reach, reach.act("open-ask", incident, text=text, audience=audience))


VERBS = {
    "updates": updates,
    "handoff": handoff,
    "ask": ask,
    "sync": sync,
    "eta": eta,
    "tone": tone,
    "cadence": cadence,
    "engage": engage,
    "need": need,
}
for _name, _verb in (
    ("show", show),
    ("draft", draft),
    ("edit", edit),
    ("approve", approve),
    ("sign", sign),
    ("publish", publish),
    ("correct", correct),
    ("retract", retract),
):
    update.command(_name)(_verb)


def _updates(reach: Reach, incident: str) -> "Updates":
    from tocsin.web.updates import Updates

    if reach.url:
        return Updates.model_validate_json(reach.asked("GET", f"/api/incidents/{quote(incident, safe='')}/updates"))
    from tocsin.app import messages

    return asyncio.run(messages.updates(reach.config, incident))


def _one(reach: Reach, incident: str, update_id: str) -> "tuple[UpdateShown, Updates]":
    found = _updates(reach, incident)
    one = next((one for one in (*found.drafts, *found.published) if one.id == update_id), None)
    if one is None:
        raise NotFound(f"there is no message {update_id[:80]!r}.", f"List them with `tocsin updates {incident}`.")
    return one, found


def _shown(reach: Reach, incident: str, update_id: str, *, yes: bool, question: str) -> "UpdateShown":
    """The message, once whoever is about to say yes has seen it. Raises DataError when they do not say yes."""
    from tocsin.cli import live

    one, found = _one(reach, incident, update_id)
    if not yes:
        live.show_update(one, found)
        if not sys.stdin.isatty() or not typer.confirm(question):
            raise DataError("nothing was done.", "Say yes, or give --yes once you have looked at it.")
    return one


def _answer(done: "Done") -> str:
    from tocsin.model.communication import UpdateAsked

    return next((one.body.answer for one in done.events if isinstance(one.body, UpdateAsked)), "")
