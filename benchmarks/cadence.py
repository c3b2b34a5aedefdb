"""Are promises to every audience kept, over hours and restarts? `python -m benchmarks.cadence --json [--incidents N]`.

Simulated incidents (SEV1 to SEV3, half an hour to three hours, news, changes of severity, all-clears, some re-opened) run side
by side on a clock that leaps over waiting; everything else is the service itself on SQLite. The process is cut at random
steps: all that is in memory is dropped, and what comes next goes on from the store. First a reviewer is there and takes 20 to
200 seconds for each draft; then (`absent`) the same incidents run with nobody to review. The judge reads the timelines only.
`updates_due`: promised times, first notices and last words that came due. `late_over_30s`: heard later than that, or never.
`unaccounted`: due, not heard, and not recorded as missed. `missed_unescalated`: missed without all three levels told.
"""

import argparse
import asyncio
import json
import logging
import random
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import structlog

from benchmarks.pacing import Shift, settings_for
from tocsin.errors import TocsinError
from tocsin.guard.attempt import Attempt
from tocsin.model.acts import Reopened, Resolved, Seat
from tocsin.model.cadence import Cadence
from tocsin.model.communication import UpdateMissed, UpdatePublished, UpdateReminded
from tocsin.model.event import Event
from tocsin.model.ground import Severity
from tocsin.model.incident import Incident
from tocsin.model.update import FOR_CUSTOMERS, Audience
from tocsin.stages import people
from tocsin.stages.communicate import asks, review

TITLES = (
    "Checkout answers 40% of requests with errors",
    "Search is slow for every tenth user",
    "Invoices of this morning are missing",
    "Sign-in fails for some customers",
    "The nightly export has not run",
    "Uploads time out in one region",
)
SERVICES = ("checkout", "search", "billing", "login", "export", "media")
ONCALL = {
    "rotas": [
        {"name": "first", "people": ["ada@example.com"]},
        {"name": "second", "people": ["cy@example.com"]},
    ],
    "directory": {"communications-lead": ["lea@example.com"]},
}
LATE = timedelta(seconds=30)
HOURS = 5.0
"""The shift on its own clock; the last incident is over by then."""
MOST_RESTARTS = 200
"""Minutes of the shift in which the process is cut: while there is work."""


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


class Due(NamedTuple):
    """Until when somebody must hear; `first`: for the first time."""

    at: datetime
    first: bool = False


@dataclass(slots=True)
class Tally:
    """What the judge counted."""

    updates_due: int = 0
    late_over_30s: int = 0
    unaccounted: int = 0
    missed: int = 0
    missed_unescalated: int = 0
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
    looked: datetime | None = None

    async def watch(self, _: Shift) -> None:
        """Plans a look at each new draft, and the next round."""
        since, self.looked = self.looked, self.shift.clock.now() - timedelta(minutes=1)
        for incident in await self.shift.changed(since):
            for draft in incident.narrative.drafts:
                name = f"{incident.id}:{draft.update.id}"
                if name not in self.seen and not self.shift.settings.cadence.alone(incident, draft.update.audience):
                    self.seen.add(name)
                    at = self.shift.clock.now() + timedelta(seconds=self.dice.uniform(10, 180))
                    self.shift.plan(at, partial(self.review, incident.id, draft.update.id))
        self.shift.plan(self.shift.clock.now() + timedelta(seconds=20), self.watch)

    async def review(self, incident_id: str, update_id: str, _: Shift) -> None:
        """Approves exactly these words and publishes them. A refusal is the service's right: a fresh draft will come."""
        draft = (await self.shift.incident(incident_id)).narrative.draft(update_id)
        if draft is None:
            return
        desk, digest = self.shift.house.desk.messages, draft.update.digest
        try:
            if draft.update.audience in FOR_CUSTOMERS:
                yes = asks.Approve(digest=digest)
                await self.shift.act("lea", lambda attempt: review.approve(attempt, desk, incident_id, update_id, yes))
            out = asks.Publish(digest=digest)
            await self.shift.act("lea", lambda attempt: review.publish(attempt, desk, incident_id, update_id, out))
        except TocsinError:
            return


async def play(shift: Shift, *, script: Script, reviewed: bool) -> None:
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
                return people.mark_mitigated(
                    attempt, incident_id, people.asks.MarkMitigated(text="traffic went elsewhere")
                )
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


class Judge:
    """Walks along one timeline and keeps for each audience the time by which it had to hear. Knows no clock but the events'."""

    def __init__(self, rules: Cadence, tally: Tally) -> None:
        self._rules, self._tally = rules, tally
        self._due: dict[Audience, Due] = {}
        self._urgent = False

    def read(self, events: list[Event], until: datetime) -> None:
        """Counts everything that came due by then."""
        incident = Incident(id=events[0].incident_id)
        for event in events:
            self._hear(event)
            incident = incident.apply(event)
            self._owe(incident, event)
        for due in self._due.values():
            if due.at + LATE < until:
                self._count(due, None)
        self._reminders([event.body for event in events])

    def _hear(self, event: Event) -> None:
        body = event.body
        match body:
            case UpdatePublished(observed=False, audience=audience) if audience in self._due:
                self._count(self._due.pop(audience), event.at)
            case UpdateMissed(audience=audience):
                self._due.pop(audience, None)
                self._tally.updates_due += 1
                self._tally.late_over_30s += 1

    def _owe(self, incident: Incident, event: Event) -> None:
        """What this event makes due: the next promise, a first notice, the last word."""
        match event.body:
            case UpdatePublished(audience=audience, next_update_at=promised) if promised:
                self._due[audience] = Due(promised)
            case Resolved():
                final = event.at + timedelta(minutes=self._rules.final_minutes)
                told = {one.audience for one in incident.narrative.published if not one.retracted}
                self._due = {one: Due(min(final, self._due[one].at if one in self._due else final)) for one in told}
            case Reopened():
                self._due, self._urgent = {}, False
        self._first_notice(incident, event.at)

    def _first_notice(self, incident: Incident, now: datetime) -> None:
        minutes = self._rules.first_minutes.get(incident.severity) if incident.severity else None
        urgent = minutes is not None and incident.triage is not None and incident.is_open
        if urgent and not self._urgent and not incident.is_restricted:
            first = Due(now + timedelta(minutes=minutes or 0), first=True)
            self._due[Audience.EXTERNAL] = min(first, self._due.get(Audience.EXTERNAL, first))
        elif not urgent and self._due.get(Audience.EXTERNAL, Due(now)).first:
            self._due.pop(Audience.EXTERNAL)
        self._urgent = urgent

    def _count(self, due: "Due", heard: datetime | None) -> None:
        late = heard - due.at if heard else None
        self._tally.updates_due += 1
        self._tally.late_over_30s += late is None or late > LATE
        self._tally.unaccounted += late is None
        if late is not None:
            self._tally.max_late_seconds = max(self._tally.max_late_seconds, round(late.total_seconds(), 1))

    def _reminders(self, bodies: list[Any]) -> None:
        """Who was told of what, and that nobody was told the same twice."""
        missed = [(one.audience, one.due_at) for one in bodies if isinstance(one, UpdateMissed)]
        told = [(one.audience, one.due_at, one.level) for one in bodies if isinstance(one, UpdateReminded)]
        levels: dict[tuple[Audience, datetime], set[int]] = {}
        for audience, at, level in told:
            levels.setdefault((audience, at), set()).add(level)
        self._tally.missed += len(missed)
        self._tally.reminded += sum(0 in said for said in levels.values())
        self._tally.escalated += sum({1, 2} <= said for said in levels.values())
        self._tally.missed_unescalated += sum(levels.get(one) != {0, 1, 2} for one in missed)
        self._tally.doubled += len(missed) - len(set(missed)) + len(told) - len(set(told))


async def shift(incidents: int, restarts: int, seed: int, folder: Path, *, reviewed: bool) -> tuple[int, Tally]:
    """All incidents through one shift: how often it was cut, and what the judge says."""
    dice = random.Random(seed)
    settings = settings_for(f"sqlite:///{folder / f'{reviewed}.db'}", oncall=ONCALL)
    async with Shift(settings) as going:
        for script in scripts(incidents, dice):
            going.at(script.begins, partial(play, script=script, reviewed=reviewed))
        for _ in range(restarts):
            going.at(dice.uniform(1, MOST_RESTARTS), partial(cut_soon, dice.randrange(40)))
        if reviewed:
            reviewer = Reviewer(going, random.Random(seed))
            going.at(0, reviewer.watch)
        await going.run(60 * HOURS)
        tally = Tally()
        for incident_id in going.incidents:
            Judge(settings.cadence, tally).read(await going.events(incident_id), going.clock.now())
        return going.restarts, tally


def played(incidents: int, restarts: int, seed: int, folder: Path, reviewed: bool) -> tuple[int, Tally]:
    """One shift in a process of its own."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    return asyncio.run(shift(incidents, restarts, seed, folder, reviewed=reviewed))


async def cut_soon(steps: int, going: Shift) -> None:
    """The process will be cut so many steps from now."""
    going.cut_at.add(going.steps + steps)


def main() -> None:
    """Prints the figures; --json prints one object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--incidents", type=int, default=200)
    parser.add_argument("--restarts", type=int, default=25, help="of each shift")
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    begun = time.monotonic()
    in_memory = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a disk's own pace is not what is measured
    with tempfile.TemporaryDirectory(prefix="tocsin-cadence-", dir=in_memory) as name, ProcessPoolExecutor(2) as pool:
        plan = (asked.incidents, asked.restarts, asked.seed, Path(name))
        present, absent = (pool.submit(played, *plan, reviewed) for reviewed in (True, False))
        (cuts, kept), (other_cuts, lost) = present.result(), absent.result()
    figures = {
        "benchmark": "cadence",
        "incidents": asked.incidents,
        "restarts": cuts,
        **asdict(kept),
        "absent": {"incidents": asked.incidents, "restarts": other_cuts, **asdict(lost)},
        "seconds": round(time.monotonic() - begun, 1),
    }
    print(json.dumps(figures) if asked.json else figures)


if __name__ == "__main__":
    main()
