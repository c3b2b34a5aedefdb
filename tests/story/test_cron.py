"""Schedules fire by the service's clock: each tick once, whoever makes the rounds, and as the concurrency policy says."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tocsin import config
from tocsin.app.service import open_rooms
from tocsin.app.settings import Settings
from tocsin.errors import DataError
from tocsin.model.run import Phase, Run
from tocsin.playbooks.shelf import PlaybookSettings, Shelf, read_documents
from tocsin.web.rounds import Rounds

MONDAY = datetime(2026, 11, 30, 7, 59, 50, tzinfo=UTC)
OURS = """
apiVersion: tocsin/v1
kind: Team
metadata: { name: patrol }
spec:
  inputs: [why]
  agents: { reader: { role: investigator } }
  steps: [{ name: look, agent: reader, inputs: { why: "{{ .input.why }}" } }]
---
apiVersion: tocsin/v1
kind: Trigger
metadata: { name: morning }
spec:
  { on: cron, schedule: "0 8 * * 1-5", team: patrol, concurrency: POLICY, missed: MISSED,
    inputs: { why: "due {{ .trigger.body.scheduledAt }}" } }
"""
SWARM = """
apiVersion: kubeswarm.io/v1alpha1
kind: SwarmAgent
metadata: { name: ops, namespace: default }
spec: { model: "qwen2.5:7b", prompt: { inline: "Look around." } }
---
apiVersion: kubeswarm.io/v1alpha1
kind: SwarmEvent
metadata: { name: daily-review }
spec:
  source: { type: cron, cron: "0 8 * * *" }
  targets: [{ agent: ops, input: { prompt: "Review all." } }]
  concurrencyPolicy: Forbid
"""


def ran(
    folder: Path, nows: Sequence[datetime], policy: str = "Allow", missed: str = "once", services: int = 1
) -> list[Run]:
    """The runs after rounds at those times, by so many services on one store."""
    folder.joinpath("ours.yaml").write_text(OURS.replace("POLICY", policy).replace("MISSED", missed))
    own = {
        "store": {"url": f"sqlite:///{folder}/store.db"},
        "playbooks": {"folders": [str(folder / "ours.yaml")]},
    }
    settings = Settings.read(config.Config(config.merged(own), {}, "test"))

    async def told() -> list[Run]:
        async with AsyncExitStack() as closing:
            rooms = [await closing.enter_async_context(open_rooms(settings, walking=False)) for _ in range(services)]
            for now in nows:
                await asyncio.gather(*(Rounds(one).tick(now) for one in rooms))
            found = await rooms[0].store.read(lambda ledger: ledger.incidents.recent())
            return [run for one in reversed(found) for run in one.runs]

    return asyncio.run(told())


def every(seconds: int, times: int) -> list[datetime]:
    return [MONDAY + timedelta(seconds=seconds * at) for at in range(times)]


def test_a_tick_starts_its_run_once_however_many_services_make_rounds(tmp_path: Path) -> None:
    (run,) = ran(tmp_path, every(10, 6), services=2)
    assert (run.team, run.trigger) == ("patrol", "morning")
    assert run.inputs == {"why": "due 2026-11-30T08:00:00Z"}


def test_weekdays_only_and_a_schedule_that_is_new_begins_now(tmp_path: Path) -> None:
    friday_to_monday = [MONDAY - timedelta(days=3, seconds=-30) + timedelta(hours=12 * at) for at in range(6)]
    assert ran(tmp_path, friday_to_monday) == []


@pytest.mark.parametrize(("missed", "runs"), [("once", 1), ("skip", 0)])
def test_ticks_that_passed_while_nobody_was_there_are_made_good_once_or_left(
    tmp_path: Path, missed: str, runs: int
) -> None:
    assert len(ran(tmp_path, [MONDAY, MONDAY + timedelta(days=3)], missed=missed)) == runs
    assert len(ran(tmp_path, [MONDAY + timedelta(days=3, seconds=5)], missed=missed)) == runs  # another service, later


@pytest.mark.parametrize(
    ("policy", "phases"),
    [
        ("Allow", [Phase.RUNNING, Phase.RUNNING]),
        ("Forbid", [Phase.RUNNING]),
        ("Replace", [Phase.FAILED, Phase.RUNNING]),
    ],
)
def test_a_run_that_still_goes_on_is_joined_left_alone_or_replaced(
    tmp_path: Path, policy: str, phases: list[Phase]
) -> None:
    assert [
        one.phase
        for one in ran(tmp_path, [MONDAY, *(MONDAY + timedelta(days=at, seconds=15) for at in (0, 1))], policy)
    ] == phases


def test_a_kubeswarm_schedule_is_read_and_a_line_that_is_none_is_refused_with_its_place() -> None:
    shelf = Shelf(read_documents([("swarm.yaml", SWARM)]), PlaybookSettings()).sound()
    (trigger,) = shelf.documents.triggers.values()
    assert (trigger.kind, trigger.schedule) == ("cron", "0 8 * * *")
    for wrong in ("61 8 * * *", "0 8 * *", "* * 8 * * *", "0 0 31 2 *"):
        with pytest.raises(DataError, match=r"swarm.yaml:\d+.*is no schedule"):
            read_documents([("swarm.yaml", SWARM.replace("0 8 * * *", wrong))])
