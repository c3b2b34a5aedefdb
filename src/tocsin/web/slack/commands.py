"""`/incident`: what people type in Slack, read into the acts of API and command line. Called by `routes`.

Which incident is meant: the one named after the verb, else the one whose room the command was typed in. Never a guess.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from tocsin.errors import DataError, Denied, NotFound
from tocsin.guard.authorize import authorize
from tocsin.model.acts import Seat
from tocsin.model.communication import UpdateAsked
from tocsin.model.ground import Severity
from tocsin.model.identity import Right
from tocsin.model.incident import Incident
from tocsin.ports import Ledger
from tocsin.stages import people
from tocsin.stages.communicate.asks import AnyUpdate
from tocsin.stages.hearing import incident_of_room
from tocsin.stages.people import Attempt, asks
from tocsin.stages.verify.reports import Report
from tocsin.web import letters
from tocsin.web.rooms import Rooms
from tocsin.web.slack.acting import Acting, acting
from tocsin.web.slack.asking import read_ask
from tocsin.web.slack.door import SlackDoor
from tocsin.web.slack.words import mentioned, plain_words

HELP = """/incident declare [SEV1-4] WHAT IS WRONG
/incident ack · status · report WHAT A USER SEES · note WORDS · decision WORDS
/incident severity SEV1-4 WHY · role SEAT [@WHO] · next WHAT · mitigated HOW · resolve [CAUSE]
In an incident's room they are about that incident; elsewhere name it after the verb: /incident ack INC-20261121-7F3K2A"""
_INCIDENT = re.compile(r"INC-[\w-]{1,60}", re.IGNORECASE)
_LISTED = 20
_SEVERITY = re.compile(r"SEV[1-4]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Command:
    """One command as typed, its words plain. `incident_id` is "" where none is meant."""

    verb: str
    words: str
    mentions: tuple[str, ...]
    by: Acting
    door: SlackDoor
    incident_id: str

    async def does(self, work: Callable[[Attempt], Incident]) -> None:
        """Carries out an act on the incident that is meant."""
        await self.by.does(work, self.about)

    @property
    def about(self) -> str:
        """The incident that is meant. Raises DataError when none is."""
        if not self.incident_id:
            what = f"Which incident? `{self.verb}` is about one, and this is no incident's room."
            raise DataError(what, f"Name it: /incident {self.verb} INC-...", code="TCS-SLACK-WHICH")
        return self.incident_id


async def carried_out(rooms: Rooms, door: SlackDoor, typed: Mapping[str, str]) -> str:
    """The answer to a command. Raises what the act raises, Denied for a member who is nobody to us, DataError."""
    by = acting(rooms, door, typed.get("user_id", ""))
    verb, _, rest = typed.get("text", "").strip().partition(" ")
    verb = verb.lower().strip("?")
    known = _VERBS.get(verb)
    if known is None:
        return HELP
    words = plain_words(rest.strip(), door.called)
    named = _INCIDENT.match(words)
    here = await by.rooms.store.read(lambda ledger: _meant(ledger, door, named.group() if named else "", typed))
    left = words[named.end() :].strip() if named else words
    return await known(Command(verb, left, mentioned(rest), by, door, here))


def _meant(ledger: Ledger, door: SlackDoor, named: str, typed: Mapping[str, str]) -> str:
    if named:
        found = ledger.incidents.get(named.upper())
        if found is None:
            raise NotFound(f"There is no incident {named}.", "List them with `tocsin incidents`.")
        return found.id
    here = incident_of_room(ledger, door.name, typed.get("channel_id", ""))
    return here.id if here else ""


async def _help(_: Command) -> str:
    return HELP


async def _declare(command: Command) -> str:
    first, _, rest = command.words.partition(" ")
    severity = Severity(first.upper()) if _SEVERITY.fullmatch(first) else None
    ask = read_ask(asks.Declare, title=rest if severity else command.words, severity=severity)
    done = await command.by.does(lambda attempt: people.declare(attempt, ask))
    return f"{done.incident} is declared. Its room opens here when the configuration says so."


async def _acknowledge(command: Command) -> str:
    about = command.about
    await command.does(lambda attempt: people.acknowledge(attempt, about))
    return f"You have {about}."


async def _status(command: Command) -> str:
    """Where it stands, from the record, so that nobody has to ask the commander; elsewhere what is open."""
    if not command.incident_id:
        return await _open_ones(command)
    ask = AnyUpdate(where="slack", by_leader=command.door.leads(command.by.principal))
    done = await command.by.does_at_the_desk("any-update", command.about, "", ask)
    return next(one.body.answer for one in done.events if isinstance(one.body, UpdateAsked))


async def _open_ones(command: Command) -> str:
    found = await command.by.rooms.store.read(lambda ledger: ledger.incidents.recent(open_only=True, limit=_LISTED))
    lines = [
        f"{one.id}  {one.severity or 'untriaged'}  {one.state}  {one.title}" for one in found if _may_see(command, one)
    ]
    return "\n".join(lines) or "Nothing is open."


def _may_see(command: Command, incident: Incident) -> bool:
    try:
        authorize(command.by.principal, Right.READ, incident)
    except Denied:
        return False
    return True


async def _note(command: Command) -> str:
    about, ask = command.about, read_ask(asks.Note, text=command.words)
    await command.does(lambda attempt: people.note(attempt, about, ask))
    return f"Noted on {about}."


async def _decision(command: Command) -> str:
    about, ask = command.about, read_ask(asks.Note, text=f"Decision: {command.words}" if command.words else "")
    await command.does(lambda attempt: people.note(attempt, about, ask))
    return f"The decision stands on the timeline of {about}."


async def _severity(command: Command) -> str:
    first, _, why = command.words.partition(" ")
    about, ask = command.about, read_ask(asks.ChangeSeverity, severity=first.upper(), reason=why)
    await command.does(lambda attempt: people.change_severity(attempt, about, ask))
    return f"{about} is {ask.severity} now."


async def _role(command: Command) -> str:
    seat, _, named = command.words.partition(" ")
    ask = read_ask(asks.Assign, seat=_seat(seat), person=_person(command, named.strip()))
    about = command.about
    await command.does(lambda attempt: people.assign(attempt, about, ask))
    return f"{ask.person or command.by.name} is {ask.seat.replace('_', ' ')} of {about}."


async def _next(command: Command) -> str:
    about, ask = command.about, read_ask(asks.SetNextAction, text=command.words)
    await command.does(lambda attempt: people.set_next_action(attempt, about, ask))
    return f"Next on {about}, and yours: {ask.text}"


async def _mitigated(command: Command) -> str:
    about, ask = command.about, read_ask(asks.MarkMitigated, text=command.words)
    await command.does(lambda attempt: people.mark_mitigated(attempt, about, ask))
    return f"{about} is mitigated, and watched from here on."


async def _resolve(command: Command) -> str:
    about, ask = command.about, read_ask(asks.AllClear, cause=command.words)
    await command.does(lambda attempt: people.all_clear(attempt, about, ask))
    return f"All clear on {about}."


async def _report(command: Command) -> str:
    """What a user sees, as the form and the hook take it: it can put an all-clear off."""
    about, rooms = command.about, command.by.rooms
    report = read_ask(Report, text=command.words, origin="slack", incident=about)

    def work(attempt: Attempt) -> Incident:
        attempt.working(about, Right.READ)
        letters.put_report(rooms, attempt.ledger, report)
        return attempt.known(about, Right.READ)

    await command.does(work)
    return f"The report stands on {about}. Thank you."


_VERBS: dict[str, Callable[[Command], Awaitable[str]]] = {
    "help": _help,
    "declare": _declare,
    "ack": _acknowledge,
    "acknowledge": _acknowledge,
    "status": _status,
    "update": _status,
    "any": _status,
    "report": _report,
    "note": _note,
    "decision": _decision,
    "severity": _severity,
    "role": _role,
    "next": _next,
    "mitigated": _mitigated,
    "resolve": _resolve,
}


def _seat(word: str) -> str:
    """A seat by its name or the beginning of it: `commander`, `tech`, `comms`."""
    wanted = word.lower().replace("-", "_")
    found = [one for one in Seat if wanted and one.startswith(wanted)]
    if wanted == "comms":
        found = [Seat.COMMUNICATIONS_LEAD]
    return found[0] if len(found) == 1 else wanted


def _person(command: Command, named: str) -> str | None:
    """The person somebody names, by a mention or by their own name; None: oneself. Raises Denied for a stranger."""
    if command.mentions:
        return command.door.member(command.mentions[0]).principal.id
    return named or None
