"""The reckoning after the kills: every timeline and every far end read back and held against each other. Used as `walking` is."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.processes import ended, forked
from benchmarks.receivers import KEYED, counted
from benchmarks.walking import ENDED, Plan, settings
from tocsin.app.build import open_house
from tocsin.model.acts import ActionStarted, ActionUnknown, Flagged, NextActionSet
from tocsin.model.event import Event
from tocsin.model.incident import Incident
from tocsin.ports import Ledger
from tocsin.stages.remediate.asking import OUTCOME_UNKNOWN


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of all incidents of a store."""

    incidents: int = 0
    lost: int = 0
    """Incidents without diagnosis, fix, messages or an ended step, or whose step says another thing than its far end."""
    doubled: int = 0
    """Events that stand twice on a timeline; effects under a second key, or had twice where no key is taken."""
    repeated: int = 0
    """Effects that reached their far end again under the same key, which it recognises."""
    unknown: int = 0
    """Steps that take no key and were cut: nobody knew, so nobody ran them again."""
    asked: int = 0
    """Of these, the ones a person was asked about, by flag and next action, with the words to answer in."""

    def __add__(self, other: "Tally") -> "Tally":
        mine, others = asdict(self), asdict(other)
        return Tally(**{name: mine[name] + others[name] for name in mine})


def tally(plan: Plan) -> Tally:
    """Reads everything back, in a process of its own, so that the parent stays free of threads."""
    answer = plan.ends.folder / "tally"
    if ended(forked(partial(_write_tally, plan, answer))) != 0:
        raise RuntimeError("the store could not be read back")
    return Tally(**json.loads(answer.read_text()))


def _write_tally(plan: Plan, answer: Path) -> None:
    def everything(ledger: Ledger) -> list[tuple[Incident, list[Event]]]:
        return [(one, ledger.timeline.events(one.id)) for one in ledger.incidents.recent(limit=10_000)]

    async def read() -> list[tuple[Incident, list[Event]]]:
        async with open_house(settings(plan)) as house:
            return await house.desk.store.read(everything)

    told = asyncio.run(read())
    reached = {kind: counted(plan.ends.effects(kind)) for kind in plan.ends.kinds if kind != "manual"}
    sums = sum((_one(incident, events, reached) for incident, events in told), Tally())
    answer.write_text(json.dumps(asdict(sums)))


Reached = dict[str, tuple[dict[str, int], dict[str, set[str]]]]
"""For each kind: how often a service was reached, and under which keys."""


def _one(incident: Incident, events: list[Event], reached: Reached) -> Tally:
    bodies = [event.body for event in events]
    unknown = [body.action_id for body in bodies if isinstance(body, ActionUnknown)]
    asked = [action_id for action_id in unknown if _asked(action_id, bodies)]
    times, keys = _effects(incident, reached)
    twice = (keys - 1 if keys > 1 else 0) if _kind(incident) in KEYED else max(0, times - 1)
    return Tally(
        incidents=1,
        lost=int(not _whole(incident, times)),
        doubled=_doubles(events) + twice,
        repeated=max(0, times - keys) if _kind(incident) in KEYED else 0,
        unknown=len(unknown),
        asked=len(asked),
    )


def _kind(incident: Incident) -> str:
    return incident.actions[0].step.executor if incident.actions else ""


def _effects(incident: Incident, reached: Reached) -> tuple[int, int]:
    """How often its service was reached, and under how many keys."""
    times, keys = reached.get(_kind(incident), ({}, {}))
    return times.get(incident.service, 0), len(keys.get(incident.service, ()))


def _whole(incident: Incident, times: int) -> bool:
    """Everything a response owes, and what the timeline says of its one step is what the far end says."""
    told = incident.diagnosis is not None and incident.fix is not None and len(incident.updates) > 0
    if not told or len(incident.actions) != 1 or incident.actions[0].state not in ENDED:
        return False
    outcome = incident.actions[0].outcome
    return outcome is not None and (_kind(incident) == "manual" or outcome.ok == (times > 0))


def _asked(action_id: str, bodies: list[Any]) -> bool:
    flagged = any(isinstance(one, Flagged) and one.code == OUTCOME_UNKNOWN and action_id in one.text for one in bodies)
    return flagged and any(isinstance(one, NextActionSet) and one.text.startswith(action_id) for one in bodies)


def _doubles(events: list[Event]) -> int:
    """Events beyond the first of their kind about the same thing."""
    seen = Counter(_about(event.body) for event in events)
    return sum(count - 1 for count in seen.values())


def _about(body: Any) -> str:  # noqa: ANN401 - any event body
    """What an event may be said about only once."""
    match body:
        case ActionStarted():
            return "started"
        case _ if body.kind == "action_requested":
            return f"requested {body.step.runbook_id}[{body.step.step_index}]"
        case _ if body.kind == "update_drafted":
            return f"drafted {body.update.audience} {body.update.facts_seq} {body.update.text}"
        case _ if body.kind == "questions_answered":
            return f"answered {body.answers}"
    named = (
        getattr(body, name, "")
        for name in ("step", "run_id", "role", "evidence_id", "action_id", "text", "audience", "update_id")
    )
    return f"{body.kind}: {' '.join(str(one) for one in named if one)}"


@contextmanager
def databases(folder: Path) -> Iterator[dict[str, Callable[[str], str]]]:
    """For each kind of store that this machine has, how to get the URL of a fresh one."""
    from tests.servers import Missing, postgres

    def file(name: str) -> str:
        return f"sqlite:///{folder / name}.db"

    try:
        with postgres() as server:
            yield {"sqlite": file, "postgresql": partial(_fresh, server)}
    except Missing as missing:
        print(missing, file=sys.stderr)
        yield {"sqlite": file}


def _fresh(server: str, name: str) -> str:
    """A database of that name, made in a process of its own."""
    import psycopg

    def make() -> None:
        with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())

    if ended(forked(make)) != 0:
        raise RuntimeError(f"the database {name} could not be made")
    return f"{server.rsplit('/', 1)[0]}/{name}"


def steps_taken(url: str) -> int:
    """How many steps are ticked in a PostgreSQL store."""
    import psycopg

    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        row = connection.execute("SELECT count(*) FROM steps").fetchone()
        return int(row[0]) if row else 0
