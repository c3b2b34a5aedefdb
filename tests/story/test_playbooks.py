"""A playbook walked on an incident: edit the file, and the next incident goes another way."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tocsin import config
from tocsin.app import once
from tocsin.app.build import House, open_house
from tocsin.app.settings import Settings
from tocsin.errors import NotNow, Unauthentic
from tocsin.guard.attempt import Attempt
from tocsin.model.identity import LOCAL_OPERATOR
from tocsin.model.incident import Incident
from tocsin.model.run import Phase
from tocsin.response import respond
from tocsin.stages.playing import AnswerGate, answer_gate, apply, knock, must_be_new, start
from tocsin.walk import OneGo

ALERT = b"PostgreSQL connection pool exhausted on db-1. Active connections: 500/500. Service: payments. Environment: staging"
OWN = """
apiVersion: tocsin/v1
kind: Team
metadata: { name: mine }
spec:
  steps:
    - { name: look, do: investigate, roles: [alert-reader] }
    - { name: think, do: diagnose, dependsOn: [look] }
    - { name: fix, do: propose, dependsOn: [think]EXTRA }
---
apiVersion: tocsin/v1
kind: Trigger
metadata: { name: mine }
spec: { match: { types: [database], labels: {} , severities: [SEV1, SEV2, SEV3, SEV4] }, team: mine }
"""


def settings(*playbooks: Path) -> Settings:
    own = {
        "store": {"url": "memory:"},
        "playbooks": {"folders": [str(one) for one in playbooks]},
        "policy": {"mode": "observe"},
    }
    return Settings.read(config.Config(config.merged(own), {}, "test"))


def written(folder: Path, text: str) -> Path:
    folder.joinpath("mine.yaml").write_text(text)
    return folder


async def walked(house: House, incident_id: str) -> Incident:
    await respond(incident_id, OneGo(), house.desk)
    return await house.desk.incident(incident_id)


def through(chosen: Settings) -> Incident:
    async def told() -> Incident:
        async with open_house(chosen) as house:
            return await walked(house, await once.open_incident(house, house.desk, ALERT, "auto"))

    return asyncio.run(told())


def test_the_shipped_playbook_is_on_the_timeline_with_every_step_it_took() -> None:
    (run,) = through(settings()).runs
    assert (run.team, run.phase) in (("database", Phase.SUCCEEDED), ("critical-database", Phase.SUCCEEDED))
    assert run.step("diagnose").output["specialist"] == "database-specialist"
    assert run.step("investigate").output["affected_services"]


def test_a_step_that_was_removed_is_not_taken_and_only_the_roles_named_set_out(tmp_path: Path) -> None:
    text = OWN.replace("    - { name: fix, do: propose, dependsOn: [think]EXTRA }\n", "")
    incident = through(settings(written(tmp_path, text)))
    assert incident.diagnosis is not None
    assert incident.fix is None
    assert {one.role for one in incident.findings} == {"alert-reader"}


def test_a_condition_that_does_not_hold_skips_its_step_and_says_so(tmp_path: Path) -> None:
    text = OWN.replace("EXTRA", ", when: 'eq .incident.type \"network\"'")
    (run,) = through(settings(written(tmp_path, text))).runs
    assert run.step("fix").phase is Phase.SKIPPED
    assert run.step("fix").said == "its condition does not hold"
    assert run.phase is Phase.SUCCEEDED


GATE = OWN.replace("EXTRA", ', gate: { question: "Is this the cause?", role: commander }')


def test_a_gate_waits_for_a_person_and_goes_on_when_they_agree(tmp_path: Path) -> None:
    async def told() -> tuple[Incident, Incident]:
        async with open_house(settings(written(tmp_path, GATE))) as house:
            name = await once.open_incident(house, house.desk, ALERT, "auto")
            before = await walked(house, name)
            await answer(house, name, passed=True)
            return before, await walked(house, name)

    before, after = asyncio.run(told())
    assert before.runs[0].step("fix").phase is Phase.WAITING
    assert before.fix is None
    assert after.fix is not None
    assert after.runs[0].phase is Phase.SUCCEEDED


def test_a_gate_that_a_person_refuses_ends_the_run_there(tmp_path: Path) -> None:
    async def told() -> Incident:
        async with open_house(settings(written(tmp_path, GATE))) as house:
            name = await once.open_incident(house, house.desk, ALERT, "auto")
            await walked(house, name)
            await answer(house, name, passed=False)
            return await walked(house, name)

    incident = asyncio.run(told())
    assert [one.phase for one in incident.runs] == [Phase.FAILED]
    assert "stopped by a person" in incident.runs[0].said
    assert incident.fix is None


async def answer(house: House, name: str, *, passed: bool) -> None:
    desk = house.desk
    ask = AnswerGate(passed=passed, reason="because")
    await desk.store.write(
        lambda ledger: answer_gate(Attempt(ledger, LOCAL_OPERATOR, desk.clock.now(), desk.names), name, "fix", ask)
    )


def test_a_plan_of_the_teams_own_that_fails_gives_way_to_the_shipped_one(tmp_path: Path) -> None:
    nobody = (
        OWN.replace("EXTRA", "")
        .replace(
            "    - { name: think", "    - { name: ask, agent: nobody, mustContain: no such words }\n    - { name: think"
        )
        .replace("  steps:", "  agents: { nobody: { role: made-up, model: none } }\n  steps:")
    )
    incident = through(settings(written(tmp_path, nobody)))
    assert [one.phase for one in incident.runs] == [Phase.FAILED, Phase.SUCCEEDED]
    assert incident.runs[1].team.endswith("database")
    assert incident.diagnosis is not None
    assert incident.fix is not None


def test_a_run_cut_anywhere_goes_on_where_it_was_and_takes_no_step_twice() -> None:
    class Cut(Exception):
        pass

    class Cutting(OneGo):
        def __init__(self, after: int) -> None:
            super().__init__()
            self.left = after

        async def step(self, name, work):
            self.left -= 1
            if self.left < 0:
                raise Cut
            return await super().step(name, work)

        async def together(self, *steps):
            for one in steps:
                await self.step(*one)

    async def told() -> list[str]:
        async with open_house(settings()) as house:
            name = await once.open_incident(house, house.desk, ALERT, "auto")
            for after in range(14):
                try:
                    await respond(name, Cutting(after), replace(house.desk))
                except Cut:
                    continue
            await walked(house, name)
            events = await house.desk.store.read(lambda ledger: ledger.timeline.events(name))
            return [f"{one.body.kind}:{getattr(one.body, 'step', '')}" for one in events if one.body]

    kinds = asyncio.run(told())
    for once_only in ("run_started:", "diagnosed:", "fix_proposed:", "run_finished:"):
        assert kinds.count(once_only) == 1, once_only
    steps = [one for one in kinds if one.startswith(("step_started", "step_finished"))]
    assert len(steps) == len(set(steps))


FREE = """
apiVersion: tocsin/v1
kind: Team
metadata: { name: free }
spec:
  inputs: [alert]
  steps:
    - { name: look, do: investigate, roles: [alert-reader] }
    - { name: think, do: diagnose, dependsOn: [look] }
---
apiVersion: tocsin/v1
kind: Trigger
metadata: { name: door }
spec: { on: webhook, team: free, inputs: { alert: "{{ .trigger.body.title }}" }, concurrency: CONCURRENCY }
"""


def knocked(concurrency: str) -> tuple[list[str], list[Incident]]:
    """What comes of two knocks at the webhook of a trigger whose runs have not ended, and of one with a wrong token."""

    async def told() -> tuple[list[str], list[Incident]]:
        async with open_house(settings()) as house:
            desk = house.desk

            def attempt(ledger: Any) -> Attempt:
                return Attempt(ledger, LOCAL_OPERATOR, desk.clock.now(), desk.names)

            text = FREE.replace("CONCURRENCY", concurrency)
            applied = await desk.store.write(
                lambda ledger: apply(attempt(ledger), desk.playbooks, [("free.yaml", text)])
            )
            token = applied.webhooks[0].path.rpartition("/")[2]
            came = []
            for title in ("disk of db-1 is full", "disk of db-2 is full"):
                made = await desk.store.write(
                    lambda ledger, title=title: knock(attempt(ledger), desk.playbooks, "door", token, {"title": title})
                )
                came.append(made.title if made else "")
            with pytest.raises(Unauthentic):
                await desk.store.write(lambda ledger: knock(attempt(ledger), desk.playbooks, "door", "x" * 40, {}))
            return came, await desk.store.read(lambda ledger: ledger.incidents.recent())

    return asyncio.run(told())


def test_each_knock_starts_a_run_of_its_own_where_that_is_allowed() -> None:
    came, incidents = knocked("Allow")
    assert came == ["disk of db-1 is full", "disk of db-2 is full"]
    assert [one.runs[0].phase for one in incidents] == [Phase.RUNNING, Phase.RUNNING]


def test_a_second_knock_is_let_be_where_a_second_run_is_forbidden() -> None:
    came, incidents = knocked("Forbid")
    assert came == ["disk of db-1 is full", ""]
    assert len(incidents) == 1


def test_a_second_knock_ends_the_first_run_where_it_replaces_it() -> None:
    _, incidents = knocked("Replace")
    assert sorted(one.runs[0].phase for one in incidents) == [Phase.FAILED, Phase.RUNNING]


def test_a_run_of_a_name_is_started_once_and_its_plan_is_walked() -> None:
    text = FREE.replace("CONCURRENCY", "Allow")

    async def told() -> Incident:
        async with open_house(settings()) as house:
            desk = house.desk

            def begin(ledger: Any) -> Incident:
                attempt = Attempt(ledger, LOCAL_OPERATOR, desk.clock.now(), desk.names)
                must_be_new(attempt, "first")
                checked = desk.playbooks.of([("free.yaml", text)]).team("free")
                return start(attempt, checked, "first", {"alert": ALERT.decode()}, "run first")

            name = (await desk.store.write(begin)).id
            with pytest.raises(NotNow):
                await desk.store.write(begin)
            return await walked(house, name)

    incident = asyncio.run(told())
    assert [one.phase for one in incident.runs] == [Phase.SUCCEEDED]
    assert incident.runs[0].name == "first"
    assert incident.service == "payments"
    assert incident.diagnosis is not None
