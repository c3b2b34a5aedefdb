"""Agents elsewhere, and what becomes of a task whose agent dies: `python -m benchmarks.agents [--runs N] --json`.

Over each transport a true agent in a process of its own plays log analysis of an incident: `answered` counts the runs in which its
words stand in the findings, `answer_seconds` is the median of its task. Then it is killed in the middle of one (`killed`), or
stopped so that it is silent and its connections stay open (`silent`): `fell_back` counts the runs in which the built-in analyst
answered instead and the timeline says so, `before_deadline` those in which the investigation was over before its deadline, and
`seconds` is the median from the kill to the word of it on the timeline. A transport whose server is not here is skipped by name.
"""

import argparse
import asyncio
import json
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.played_agents import TRANSPORTS, Agent, played_agent
from tests.servers import Missing, nats

from tocsin import config
from tocsin.app import once
from tocsin.app.build import House, open_house
from tocsin.app.settings import Settings
from tocsin.connectors.snapshot import Snapshot
from tocsin.connectors.system import PretendClock
from tocsin.model.event import Event
from tocsin.model.run import ModelAnswered, PlayerReplaced, StepFinished, StepStarted
from tocsin.response import respond
from tocsin.walk import OneGo

SNAPSHOT = Path(__file__).resolve().parents[1] / "examples" / "snapshots" / "payments-pool-exhaustion"
NAME = "played"
TEAM = f"""
apiVersion: tocsin/v1
kind: Team
metadata: {{ name: elsewhere }}
spec:
  agents:
    log-analyst: {{ player: "remote:{NAME}" }}
  steps:
    - {{ name: look, do: investigate }}
---
apiVersion: tocsin/v1
kind: Trigger
metadata: {{ name: elsewhere }}
spec: {{ match: {{ types: [database], severities: [SEV1, SEV2, SEV3, SEV4] }}, team: elsewhere }}
"""
MOST_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Walk:
    """One incident's timeline, and when the agent was hurt."""

    events: list[Event]
    by_agent: bool
    hurt_at: datetime | None

    @property
    def answered(self) -> ModelAnswered | None:
        """The agent's result on the record."""
        found = (one.body for one in self.events if isinstance(one.body, ModelAnswered))
        return next((one for one in found if not one.failure), None)

    @property
    def replaced_after(self) -> float | None:
        """Seconds from the kill to the built-in analyst's answer."""
        at = next((one.at for one in self.events if isinstance(one.body, PlayerReplaced)), None)
        return (at - self.hurt_at).total_seconds() if at and self.hurt_at else None

    @property
    def step_seconds(self) -> float:
        """What the whole investigation took."""
        began = next(one.at for one in self.events if isinstance(one.body, StepStarted))
        ended = next(one.at for one in self.events if isinstance(one.body, StepFinished))
        return (ended - began).total_seconds()


def settings(folder: Path, url: str, transport: str) -> Settings:
    """A house in memory that knows the one agent."""
    folder.joinpath("team.yaml").write_text(TEAM)
    own = {
        "store": {"url": "memory:"},
        "connectors": {"snapshot": {"folder": str(SNAPSHOT)}},
        "playbooks": {"folders": [str(folder)]},
        "policy": {"mode": "observe"},
        "agents": {"known": {NAME: {"url": url, "transport": transport}}},
    }
    return Settings.read(config.Config(config.merged(own), {}, "benchmark"))


async def walk(chosen: Settings, agent: Agent, hurt: signal.Signals | None) -> Walk:
    """One incident; the agent is hurt as soon as it has taken up its task."""
    snapshot = Snapshot(SNAPSHOT)
    if snapshot.now is None:
        raise SystemExit(f"{SNAPSHOT} has no time of its own")
    async with open_house(chosen, clock=PretendClock(snapshot.now)) as house:
        name = await once.open_incident(house, house.desk, (SNAPSHOT / "alert.json").read_bytes(), "auto")
        walking = asyncio.create_task(respond(name, OneGo(), house.desk))
        hurt_at = await _hurt(house, agent, hurt) if hurt else None
        await walking
        incident = await house.desk.incident(name)
        events = await house.desk.store.read(lambda ledger: ledger.timeline.events(name))
    return Walk(events, any(one.data.get("by") == f"remote:{NAME}" for one in incident.findings), hurt_at)


async def _hurt(house: House, agent: Agent, how: signal.Signals) -> datetime:
    began = time.monotonic()
    while not agent.at_work():
        if time.monotonic() - began > MOST_SECONDS:
            raise SystemExit("the agent was given no task")
        await asyncio.sleep(0.02)
    agent.process.send_signal(how)
    return house.desk.clock.now()


@contextmanager
def queue(transport: str) -> Iterator[str]:
    """The server that this transport needs besides, or ""."""
    with ExitStack() as closing:
        yield closing.enter_context(nats()) if transport == "nats" else ""


def measured(transport: str, runs: int) -> dict[str, Any]:
    """All of one transport. Raises Missing."""
    with queue(transport) as server, tempfile.TemporaryDirectory() as folder:
        with played_agent(transport, server, NAME) as agent:
            chosen = settings(Path(folder), agent.url, transport)
            well = [asyncio.run(walk(chosen, agent, None)) for _ in range(runs)]
        hurt = {
            name: [_once(transport, server, Path(folder), how) for _ in range(runs)]
            for name, how in (("killed", signal.SIGKILL), ("silent", signal.SIGSTOP))
        }
    deadline = chosen.evidence.deadline_seconds
    times = [one.answered.seconds for one in well if one.answered]
    return {
        "runs": runs,
        "answered": sum(one.by_agent for one in well),
        "answer_seconds": _median(times),
        "deadline_seconds": deadline,
        **{name: _fallen(walks, deadline) for name, walks in hurt.items()},
    }


def _once(transport: str, server: str, folder: Path, how: signal.Signals) -> Walk:
    """One incident with an agent of its own that is hurt."""
    with played_agent(transport, server, NAME, slow=True) as agent:
        return asyncio.run(walk(settings(folder, agent.url, transport), agent, how))


def _fallen(walks: list[Walk], deadline: float) -> dict[str, Any]:
    after = [one.replaced_after for one in walks if one.replaced_after is not None]
    return {
        "fell_back": len(after),
        "before_deadline": sum(one.step_seconds < deadline for one in walks),
        "seconds": _median(after),
    }


def _median(times: list[float]) -> float | None:
    return round(statistics.median(times), 2) if times else None


def main() -> int:
    """Every transport in turn; 1 when a task was lost."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--runs", type=int, default=2)
    chosen = options.parse_args()
    result: dict[str, Any] = {"benchmark": "agents"}
    lost = 0
    for transport in TRANSPORTS:
        try:
            found = result[transport] = measured(transport, chosen.runs)
        except Missing as missing:
            result[transport] = {"skipped": str(missing)}
            continue
        held = [
            found["answered"],
            *(found[how][what] for how in ("killed", "silent") for what in ("fell_back", "before_deadline")),
        ]
        lost += sum(chosen.runs - one for one in held)
    result["lost"] = lost
    print(json.dumps(result) if chosen.json else json.dumps(result, indent=2))
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
