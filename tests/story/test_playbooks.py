"""A playbook walked on an incident: edit the file, and the next incident goes another way."""

import asyncio
from dataclasses import replace
from pathlib import Path

from tocsin import config
from tocsin.app import once
from tocsin.app.build import House, open_house
from tocsin.app.settings import Settings
from tocsin.guard.attempt import Attempt
from tocsin.model.identity import LOCAL_OPERATOR
from tocsin.model.incident import Incident
from tocsin.model.run import Phase
from tocsin.response import respond
from tocsin.stages.playing import AnswerGate, answer_gate
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
        .replace("    - { name: think", "    - { name: ask, agent: nobody }\n    - { name: think")
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
