"""Are promises to every audience kept, over hours and restarts? `python -m benchmarks.cadence --json [--incidents N]`.

Simulated incidents (SEV1 to SEV3, half an hour to three hours, news, changes of severity, all-clears, some re-opened) run side
by side on a clock that leaps over waiting; everything else is the service itself on SQLite. The process is cut at random
steps: all that is in memory is dropped, and what comes next goes on from the store. First a reviewer is there and takes 20 to
200 seconds for each draft; then (`absent`) the same incidents run with nobody to review. The judge reads the timelines only.
`updates_due`: promised times, first notices and last words that came due. `late_over_30s`: heard later than that, or never.
`unaccounted`: due, not heard, and not recorded as missed.
"""

import argparse
import asyncio
import json
import logging
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from benchmarks.pacing import START, Shift, settings_for
from tocsin.errors import TocsinError
from tocsin.guard.attempt import Attempt
from tocsin.model.acts import Reopened, Resolved, Seat
from tocsin.model.cadence import Cadence
from tocsin.model.communication import UpdateMissed, UpdatePublished, UpdateReminded
from tocsin.model.event import Event
from tocsin.model.ground import Severity
from tocsin.model.incident import Incident, fold
from tocsin.model.update import FOR_CUSTOMERS, Audience
from tocsin.stages import communicate, people

TITLES = (
    "Checkout answers 40% of requests with errors",
    "Search is slow for every tenth user",
    "Invoices of this morning are missing",
    "Sign-in fails for some customers",
    "The nightly export has not run",
    "Uploads time out in one region",
)
SERVICES = ("checkout", "search", "billing", "login", "export", "media")
LATE = timedelta(seconds=30)
HOURS = 5.0
"""The shift on its own clock; the last incident is over by then."""


@dataclass(frozen=True, slots=True)
class Script:
    """What will happen to one incident, in minutes after its declaration."""

    begins: float
    severity: Severity
    title: str
    service: str
    lasts: float
    acts: tuple[tuple[float, str], ...]


def scripts(incidents: int, dice: random.Random) -> Iterator[Script]:
    """As many as asked for, never two alike."""
    for number in range(incidents):
        severity = dice.choice([Severity.SEV1, Severity.SEV2, Severity.SEV2, Severity.SEV3])
        lasts = dice.uniform(8, 40) if severity is Severity.SEV3 else dice.uniform(30, 180)
        news = [(dice.uniform(3, lasts), dice.choice(["mitigate", "worse", "better", "note"])) for _ in range(3)]
        again = [(lasts + dice.uniform(5, 40), "reopen"), (lasts + 60, "over")] if dice.random() < 0.15 else []
        acts = sorted([(2.0, "acknowledge"), (4.0, "seat"), *news, (lasts, "over"), *again])
        place = number % len(TITLES)
        yield Script(dice.uniform(0, 60), severity, TITLES[place], SERVICES[place], lasts, tuple(acts))


@dataclass(slots=True)
class Tally:
    """What the judge counted."""

    updates_due: int = 0
    late_over_30s: int = 0
    unaccounted: int = 0
    missed: int = 0
    reminded: int = 0
    escalated: int = 0
    doubled: int = 0
    max_late_seconds: float = 0.0


@dataclass(slots=True)
class Reviewer:
    """Looks at every draft some time after it was written, and lets it go; where it is stale, asks for a fresh one first."""

    shift: Shift
    dice: random.Random
    seen: set[str] = field(default_factory=set)

    async def watch(self, _: Shift) -> None:
        """Plans a look at each new draft, and the next round."""
        for incident_id in self.shift.incidents:
            incident = await self.shift.incident(incident_id)
            for draft in incident.narrative.drafts:
                name = f"{incident_id}:{draft.update.id}"
                if name not in self.seen and not self.shift.settings.cadence.alone(incident, draft.update.audience):
                    self.seen.add(name)
                    at = self.shift.clock.now() + timedelta(seconds=self.dice.uniform(10, 180))
                    self.shift.plan(at, partial(self.review, incident_id, draft.update.id))
        self.shift.plan(self.shift.clock.now() + timedelta(seconds=20), self.watch)

    async def review(self, incident_id: str, update_id: str, _: Shift) -> None:
        """Approves exactly these words and publishes them. A refusal is the service's right: a fresh draft will come."""
        draft = (await self.shift.incident(incident_id)).narrative.draft(update_id)
        if draft is None:
            return
        desk, digest = self.shift.house.desk.messages, draft.update.digest
        try:
            if draft.update.audience in FOR_CUSTOMERS:
                yes = communicate.asks.Approve(digest=digest)
                await self.shift.act("lea", lambda attempt: communicate.approve(attempt, desk, incident_id, update_id, yes))
            out = communicate.asks.Publish(digest=digest)
            await self.shift.act("lea", lambda attempt: communicate.publish(attempt, desk, incident_id, update_id, out))
        except TocsinError:
            return


async def play(shift: Shift, script: Script, *, reviewed: bool) -> None:
    """Declares the incident and plans everything that people will do to it."""
    ask = people.asks.Declare(title=script.title, service=script.service, severity=script.severity)
    incident = await shift.act("dan", lambda attempt: people.declare(attempt, ask))
    for minutes, what in script.acts:
        if what == "seat" and not reviewed:
            continue
        shift.at(script.begins + minutes, partial(do, incident.id, what))


async def do(incident_id: str, what: str, shift: Shift) -> None:
    """One act. One that no longer makes sense is refused, and that is that."""

    def work(attempt: Attempt) -> Incident:
        match what:
            case "acknowledge":
                return people.acknowledge(attempt, incident_id)
            case "seat":
                seat = people.asks.Assign(seat=Seat.COMMUNICATIONS_LEAD, person="lea@example.com")
                return people.assign(attempt, incident_id, seat)
            case "mitigate":
                return people.mark_mitigated(attempt, incident_id, people.asks.MarkMitigated(text="traffic went elsewhere"))
            case "worse":
                worse = people.asks.ChangeSeverity(severity=Severity.SEV1, reason="more users")
                return people.change_severity(attempt, incident_id, worse)
            case "better":
                better = people.asks.ChangeSeverity(severity=Severity.SEV3, reason="a workaround")
                return people.change_severity(attempt, incident_id, better)
            case "over":
                return people.all_clear(attempt, incident_id, people.asks.AllClear(cause="a leak", fix="a restart"))
            case "reopen":
                return people.reopen(attempt, incident_id, people.asks.Reopen(reason="it is back"))
            case _:
                return people.note(attempt, incident_id, people.asks.Note(text="looking at the graphs"))

    try:
        await shift.act("dan", work)
    except TocsinError:
        return


def judge(events: list[Event], rules: Cadence, tally: Tally) -> None:
    """Counts one timeline, by its events alone."""
    bodies = [event.body for event in events]
    missed = [(one.audience, one.due_at) for one in bodies if isinstance(one, UpdateMissed)]
    told = [(one.audience, one.due_at, one.level) for one in bodies if isinstance(one, UpdateReminded)]
    tally.missed += len(missed)
    tally.doubled += len(missed) - len(set(missed)) + len(told) - len(set(told))
    for audience, since, due in dues(events, rules):
        tally.updates_due += 1
        heard = next((event.at for event in events if event.at >= since and _tells(event, audience)), None)
        late = heard - due if heard else None
        if late is None or late > LATE:
            tally.late_over_30s += 1
            tally.unaccounted += not any(who is audience and since <= at <= due for who, at in missed)
        if late is not None:
            tally.max_late_seconds = max(tally.max_late_seconds, round(late.total_seconds(), 1))
    levels = {(who, at): {level for one, when, level in told if (one, when) == (who, at)} for who, at, _ in told}
    tally.reminded += sum(0 in said for said in levels.values())
    tally.escalated += sum({1, 2} <= said for said in levels.values())


def dues(events: list[Event], rules: Cadence) -> Iterator[tuple[Audience, datetime, datetime]]:
    """Every time by which an audience had to hear: who, since when that was known, and until when."""
    incident, stretch = Incident(id=events[0].incident_id), events[0].at
    promised: dict[Audience, tuple[datetime, datetime]] = {}
    for event in events:
        for audience, (since, due) in list(promised.items()):
            if event.at >= due or _tells(event, audience):
                yield audience, since, due
                del promised[audience]
        before, incident = incident, incident.apply(event)
        match event.body:
            case UpdatePublished(audience=audience, next_update_at=following) if following:
                promised[audience] = (event.at + timedelta(microseconds=1), following)
            case Resolved():
                final = event.at + timedelta(minutes=rules.final_minutes)
                heard = {one.audience for one in incident.narrative.published if not one.retracted}
                promised = {one: (event.at, min(final, promised[one][1] if one in promised else final)) for one in heard}
            case Reopened():
                stretch = event.at
                promised.clear()
        del before, stretch
