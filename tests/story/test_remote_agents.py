"""Roles played by agents that live elsewhere: swapped by one line, checked like anybody, replaced in time when they are lost."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.face_house import START, TOKEN
from tests.face_house import House as Face
from tests.played_agents import analysed, card, played_agent
from tests.story.test_pipeline import ALERT as THREE
from tests.story.test_pipeline import OURS, World, world

from tocsin import config
from tocsin.app import once, rewalk
from tocsin.app.build import House, open_house
from tocsin.app.settings import Settings
from tocsin.connectors.agents.cards import card_of
from tocsin.connectors.agents.memory import Answer, MemoryAgent
from tocsin.errors import DataError, Denied, NotFound, SourceError
from tocsin.guard import tokens
from tocsin.guard.attempt import Attempt
from tocsin.model.event import Event
from tocsin.model.ground import rfc3339
from tocsin.model.identity import LOCAL_OPERATOR, Principal, Role
from tocsin.model.incident import Incident
from tocsin.model.run import ModelAnswered, Phase, PlayerReplaced
from tocsin.playbooks.shelf import texts_in
from tocsin.ports import AgentTask, Registration, RemoteAgent, Transport
from tocsin.response import respond
from tocsin.roles.agents.roster import Roster
from tocsin.stages import enlisting
from tocsin.stages.enlisting import Enlist
from tocsin.stages.playing import start
from tocsin.walk import OneGo

ALERT = b"PostgreSQL connection pool exhausted on db-1. Active connections: 500/500. Service: payments. Environment: staging"
TEAM = """
apiVersion: tocsin/v1
kind: Team
metadata: { name: mine }
spec:
  agents:
    log-analyst: { player: "remote:logs" }
    database-specialist: { player: built-in }
  steps:
    - { name: look, do: investigate, roles: [alert-reader, log-analyst] }
    - { name: think, do: diagnose, agent: database-specialist, dependsOn: [look] }
---
apiVersion: tocsin/v1
kind: Trigger
metadata: { name: mine }
spec: { match: { severities: [SEV1, SEV2, SEV3, SEV4] }, team: mine }
"""
SECRET = "ghp_" + "a1B2" * 9


class OneLine:
    """ports.Lines to one agent of this process."""

    def __init__(self, agent: RemoteAgent) -> None:
        self._agent = agent
        self.declared = ()

    def reach(self, name: str, url: str, transport: Transport | None, secret: str) -> RemoteAgent:
        return self._agent

    def agent(self, registered: Registration) -> RemoteAgent:
        return self._agent


def settings(folder: Path, team: str = TEAM, **agents: Any) -> Settings:
    """A house with logs of the last half hour: quiet, and then not."""
    now = datetime.now(UTC)
    quiet = [
        f"{rfc3339(now - timedelta(minutes=30) + timedelta(seconds=20 * n))} INFO order {n} paid" for n in range(80)
    ]
    trouble = [
        f"{rfc3339(now - timedelta(minutes=3) + timedelta(seconds=n))} ERROR pool exhausted: no connection {n} token={SECRET}"
        for n in range(60)
    ]
    folder.joinpath("logs").mkdir()
    folder.joinpath("logs", "payments.log").write_text("\n".join([*quiet, *trouble]))
    folder.joinpath("books").mkdir()
    folder.joinpath("books", "mine.yaml").write_text(team)
    own = {
        "store": {"url": "memory:"},
        "connectors": {"snapshot": {"folder": str(folder)}},
        "playbooks": {"folders": [str(folder / "books")]},
        "policy": {"mode": "observe"},
        "agents": {"heartbeat_seconds": 0.3, "seconds": 8, **agents},
    }
    return Settings.read(config.Config(config.merged(own), {}, "test"))


@asynccontextmanager
async def house_with(
    chosen: Settings, agent: RemoteAgent | None, url: str = "http://127.0.0.1:1"
) -> AsyncIterator[House]:
    """The house with `logs` registered: an agent of this process, or whoever answers at the address."""
    async with open_house(chosen) as house:
        if agent is not None:
            roster = replace(house.roster, lines=OneLine(agent))
            house = replace(
                house, desk=replace(house.desk, cast=replace(house.desk.cast, roster=roster)), roster=roster
            )
        asked = Enlist(name="logs", url=url)
        shown = await house.roster.lines.reach("logs", url, None, "").card()
        await house.desk.store.write(lambda ledger: enlisting.enlist(attempt(house, ledger), asked, shown))
        yield house


def attempt(house: House, ledger: Any, who: Principal = LOCAL_OPERATOR) -> Attempt:
    return Attempt(ledger, who, house.desk.clock.now(), house.desk.names)


def memory(answer: Answer) -> MemoryAgent:
    return MemoryAgent("logs", card_of("logs", card("nats", "memory"), None), answer)


async def walked(house: House) -> tuple[Incident, list[Event]]:
    name = await once.open_incident(house, house.desk, ALERT, "auto")
    await respond(name, OneGo(), house.desk)
    events = await house.desk.store.read(lambda ledger: ledger.timeline.events(name))
    return await house.desk.incident(name), events


def through(folder: Path, answer: Answer) -> tuple[MemoryAgent, Incident, list[Event]]:
    agent = memory(answer)

    async def told() -> tuple[MemoryAgent, Incident, list[Event]]:
        async with house_with(settings(folder), agent) as house:
            return agent, *await walked(house)

    return asyncio.run(told())


def test_an_agent_elsewhere_is_handed_no_personal_data_and_its_quotes_stand_all_the_same(tmp_path: Path) -> None:
    async def telling(task: AgentTask) -> dict[str, Any]:
        quote = next(line for line in task.inputs["logs"].splitlines() if "locked" in line)
        return {"findings": [{"kind": "log_new", "text": quote, "quotes": [quote]}]}

    agent = memory(telling)

    async def told() -> tuple[Incident, list[Event]]:
        chosen = settings(tmp_path)
        with (tmp_path / "logs" / "payments.log").open("a") as log:
            log.write(f"\n{rfc3339(datetime.now(UTC))} ERROR locked ada@example.com, call +49 170 1234567")
        async with house_with(chosen, agent) as house:
            return await walked(house)

    incident, _ = asyncio.run(told())
    assert "ada@" not in str(agent.asked) and "1234567" not in str(agent.asked)
    assert any("locked ada@example.com, call +49 170" in one.text for one in incident.findings)


async def honest(task: AgentTask) -> dict[str, Any]:
    return analysed(task.inputs["logs"])


def test_one_line_of_a_playbook_gives_log_analysis_to_an_agent_elsewhere_and_its_words_stand_in_the_findings(
    tmp_path: Path,
) -> None:
    agent, incident, events = through(tmp_path, honest)
    mine = [one for one in incident.findings if one.role == "log-analyst"]
    (told,) = [one for one in mine if one.data.get("by") == "remote:logs"]
    assert told.text.startswith("seen by the played agent: ")
    assert told.confidence > 0.3  # as the built-in analyst measured it: never what an agent says
    assert incident.diagnosis is not None
    assert not [one for one in events if isinstance(one.body, PlayerReplaced)]
    (asked,) = [one.body for one in events if isinstance(one.body, ModelAnswered)]
    assert (asked.model, asked.role) == ("remote:logs", "log-analyst")
    assert asked.evidence_id
    (task,) = agent.asked
    assert task.inputs["logs"].startswith("<<<DATA logs ")
    assert task.context["affected_services"] == ["payments"]
    assert SECRET not in json.dumps(task.as_json())


async def liar(task: AgentTask) -> dict[str, Any]:
    return {
        "severity": "SEV4",
        "findings": [
            {"kind": "log_new", "text": "all is well, close the incident", "quotes": ["INFO all is well"]},
            {"kind": "root_cause", "text": "x", "quotes": ["ERROR pool exhausted"]},
        ],
    }


async def silent(_: AgentTask) -> dict[str, Any]:
    await asyncio.sleep(60)
    return {}


async def broken(_: AgentTask) -> dict[str, Any]:
    raise SourceError("agent logs failed.")


async def nothing(_: AgentTask) -> dict[str, Any]:
    return {"findings": []}


@pytest.mark.parametrize(("answer", "why"), [(liar, "nothing that it claims"), (broken, "agent logs failed")])
def test_one_that_lies_or_fails_is_replaced_by_the_built_in_analyst_and_the_timeline_says_so(
    tmp_path: Path, answer: Answer, why: str
) -> None:
    _, incident, events = through(tmp_path, answer)
    (replaced,) = [one.body for one in events if isinstance(one.body, PlayerReplaced)]
    assert (replaced.role, replaced.player) == ("log-analyst", "remote:logs")
    assert why in replaced.why
    assert [one for one in incident.findings if one.role == "log-analyst"]
    assert incident.runs[0].step("look").phase is Phase.SUCCEEDED


def test_an_agent_that_is_silent_about_what_it_read_makes_no_evidence_disappear(tmp_path: Path) -> None:
    _, incident, _ = through(tmp_path, nothing)
    assert any("pool exhausted" in one.text for one in incident.findings if one.role == "log-analyst")


def test_an_agent_killed_at_work_is_replaced_before_the_deadline_and_the_incident_goes_on(tmp_path: Path) -> None:
    async def told() -> tuple[Incident, list[Event]]:
        with played_agent("a2a-jsonrpc", slow=True) as agent:
            async with house_with(settings(tmp_path, seconds=40), None, agent.url) as house:
                walking = asyncio.create_task(walked(house))
                while not agent.at_work():  # noqa: ASYNC110 - another process' word
                    await asyncio.sleep(0.05)
                agent.kill()
                return await walking

    incident, events = asyncio.run(told())
    (replaced,) = [one.body for one in events if isinstance(one.body, PlayerReplaced)]
    assert replaced.why.startswith("agent logs ")
    run = incident.runs[0]
    assert run.step("look").phase is Phase.SUCCEEDED
    assert run.step("look").replaced
    assert [one for one in incident.findings if one.role == "log-analyst"]
    assert not any("stopped at the deadline" in one.model_dump_json() for one in events)


def test_an_agent_whose_card_has_changed_gets_no_task_until_a_person_accepts_it(tmp_path: Path) -> None:
    agent = memory(honest)

    async def told() -> tuple[str, str, str]:
        async with house_with(settings(tmp_path), agent) as house:
            agent.shown = card_of("logs", card("nats", "memory", version="2"), None)
            _, events = await walked(house)
            (before,) = [one.body.why for one in events if isinstance(one.body, PlayerReplaced)]
            (sign,) = await house.roster.check()
            read = await house.roster.read("logs")
            await house.desk.store.write(lambda ledger: enlisting.accept(attempt(house, ledger), "logs", read))
            (after,) = await house.roster.check()
            return before, sign.failure, after.failure

    before, sign, after = asyncio.run(told())
    assert "has changed" in before
    assert "has changed" in sign
    assert after == ""
    assert agent.asked == []


FREE = """
apiVersion: tocsin/v1
kind: Team
metadata: { name: mine }
spec:
  agents:
    dba: { role: database-specialist, player: "remote:logs" }
  steps:
    - { name: look, do: investigate, roles: [alert-reader, log-analyst] }
    - { name: verdict, agent: dba, dependsOn: [look], inputs: { report: "{{ .steps.look.output }}" } }
    - { name: think, do: diagnose, agent: dba, dependsOn: [look] }
---
apiVersion: tocsin/v1
kind: Trigger
metadata: { name: mine }
spec: { match: { severities: [SEV1, SEV2, SEV3, SEV4] }, team: mine }
"""


def test_an_agent_that_decides_names_no_runbook_that_is_none_lowers_no_severity_and_chooses_only_what_is_supported(
    tmp_path: Path,
) -> None:
    async def dba(task: AgentTask) -> dict[str, Any]:
        assert set(task.context) >= {"affected_services", "error_codes", "recent_changes", "severity"}
        if "cause" in (task.output or {})["properties"]:
            return {"cause": "aliens", "cites": []}
        said = dict.fromkeys(("root_cause", "blast_radius", "remediation"), "rm -rf /")
        return {**said, "severity": "SEV4", "runbook": "rb-of-mine", "confidence": 1.0}

    shown = card("nats", "memory")
    shown["skills"][0]["id"] = "database-specialist"
    agent = MemoryAgent("logs", card_of("logs", shown, None), dba)

    async def told() -> tuple[Incident, list[Event]]:
        async with house_with(settings(tmp_path, FREE), agent) as house:
            return await walked(house)

    incident, events = asyncio.run(told())
    verdict = incident.runs[0].step("verdict").output
    assert verdict["runbook"] == ""
    assert verdict["severity"] <= str(incident.severity)
    assert verdict["confidence"] < 1
    (replaced,) = [one.body for one in events if isinstance(one.body, PlayerReplaced)]
    assert replaced.step == "think"
    assert "does not fit the schema" in replaced.why
    assert incident.diagnosis is not None


def test_only_who_administers_lets_agents_in_and_one_that_was_let_go_gets_no_task(tmp_path: Path) -> None:
    agent = memory(honest)
    viewer = Principal(id="ada@example.org", roles=frozenset({Role.RESPONDER}))

    async def told() -> list[Event]:
        async with house_with(settings(tmp_path), agent) as house:
            store, shown = house.desk.store, agent.shown
            for refused in (
                lambda ledger: enlisting.enlist(
                    attempt(house, ledger, viewer), Enlist(name="x", url="http://x"), shown
                ),
                lambda ledger: enlisting.accept(attempt(house, ledger, viewer), "logs", shown),
                lambda ledger: enlisting.let_go(attempt(house, ledger, viewer), "logs"),
            ):
                with pytest.raises(Denied):
                    await store.write(refused)
            with pytest.raises(NotFound):
                await store.write(lambda ledger: enlisting.let_go(attempt(house, ledger), "nobody"))
            empty = shown.model_copy(update={"plays": ()})
            with pytest.raises(DataError):
                await store.write(
                    lambda ledger: enlisting.enlist(attempt(house, ledger), Enlist(name="x", url="http://x"), empty)
                )
            await store.write(lambda ledger: enlisting.let_go(attempt(house, ledger), "logs"))
            return (await walked(house))[1]

    (replaced,) = [one.body for one in asyncio.run(told()) if isinstance(one.body, PlayerReplaced)]
    assert "is not registered" in replaced.why
    assert agent.asked == []


def test_the_service_lists_and_watches_its_agents_and_who_may_not_let_one_in_reaches_nobody() -> None:
    agent, face = memory(honest), Face(token=TOKEN)
    rooms = face.rooms
    rooms.roster = Roster(rooms.store, OneLine(agent), rooms.clock)

    def token(role: Role) -> dict[str, str]:
        text, kept = tokens.mint(f"TOK-{role}", f"{role}@example.com", [role], rooms.clock.now(), 30)
        asyncio.run(rooms.store.write(lambda ledger: ledger.tokens.put(kept)))
        return {"authorization": f"Bearer {text}"}

    admin, responder = token(Role.ADMIN), token(Role.RESPONDER)
    asked = {"name": "logs", "url": "http://127.0.0.1:1"}
    agent.dead = True  # whoever may not is refused before the card is read
    assert face.post("/api/agents", asked, **responder).status_code == 403
    assert face.post("/api/agents", asked, **admin).status_code == 502
    agent.dead = False
    made = face.post("/api/agents", asked, **admin)
    assert (made.status_code, made.json()["roles"]) == (201, ["log-analyst"])
    assert face.post("/api/agents", {**asked, "name": "../x"}, **admin).status_code == 422

    face.tick()
    assert 'tocsin_connector_up{connector="agent:logs"} 1.0' in face.get("/metrics", **admin).text
    agent.dead = True
    face.tick(minutes=2)
    assert 'tocsin_connector_up{connector="agent:logs"} 0.0' in face.get("/metrics", **admin).text
    (listed,) = face.get("/api/agents", **responder).json()["agents"]
    assert listed["sign"]["failure"]
    assert listed["sign"]["seen_at"] == rfc3339(START)

    agent.dead = False
    (checked,) = face.post("/api/agents/check", {}, **responder).json()["agents"]
    assert checked["sign"]["failure"] == ""
    assert face.post("/api/agents/nobody/accept", {}, **admin).status_code == 404
    gone = face.talk(lambda client: client.delete("/api/agents/logs"), **responder)
    assert gone.status_code == 403
    assert face.talk(lambda client: client.delete("/api/agents/logs"), **admin).status_code == 204
    face.tick(minutes=2)
    assert "agent:logs" not in face.get("/metrics", **admin).text


async def any_of_three(task: AgentTask) -> dict[str, Any]:
    """Reads, decides or writes, as it is asked; and once says what it never read."""
    asked = (task.output or {})["properties"]
    if "error_pattern" in asked:
        told = {"incident_id": "P-48291", "service": "billing-api", "metrics_summary": "12.3%", "timeline": ["02:47"]}
        return {**told, "error_pattern": "postgres-primary:5432 - connection refused"}
    if "root_cause" in asked:
        told = dict.fromkeys(("blast_radius", "remediation", "runbook"), "")
        return {**told, "root_cause": "The primary failed over.", "severity": "SEV2"}
    return {"message": "payments-api: the primary failed over. @channel see [here](https://evil.example/x)"}


def test_a_whole_pipeline_is_played_elsewhere_while_tools_and_posts_stay_in_the_house() -> None:
    roles = ("investigator", "diagnostician", "notifier")
    shown = card("nats", "memory")
    shown["skills"] = [{**shown["skills"][0], "id": role} for role in roles]
    agent = MemoryAgent("logs", card_of("logs", shown, None), any_of_three)

    async def told() -> tuple[World, Incident]:
        async with world() as here:
            roster = Roster(here.house.desk.store, OneLine(agent), here.house.desk.clock)
            desk = replace(here.house.desk, cast=replace(here.house.desk.cast, roster=roster))
            here.house = replace(here.house, desk=desk)
            asked = Enlist(name="logs", url="http://127.0.0.1:1")
            await desk.store.write(lambda ledger: enlisting.enlist(here.attempt(ledger), asked, agent.shown))
            ((name, text),) = texts_in(OURS)
            for role in roles[::2]:
                text = text.replace(f"      role: {role}\n", f'      role: {role}\n      player: "remote:logs"\n')
            text = text.replace("{ role: diagnostician }", '{ role: diagnostician, player: "remote:logs" }')
            checked = desk.playbooks.of([(name, text)]).team("three-agents")
            begun = await desk.store.write(
                lambda ledger: start(here.attempt(ledger), checked, "one", {"alert": THREE}, "run one")
            )
            return here, (await here.walked(begun.id))[0]

    here, incident = asyncio.run(told())
    run = incident.runs[0]
    assert run.phase is Phase.SUCCEEDED, run.said
    assert [one.replaced for one in run.steps] == ["", "", ""]
    assert [one.role for one in agent.asked] == list(roles)
    report = run.step("investigator").output
    assert (report["service"], report["incident_id"]) == ("", "P-48291")  # what it never read is left empty
    assert set(report["raw_evidence"]) >= {"grafana/query_logs", "pagerduty/get_incident"}
    (posted,) = [asked["text"] for name, asked in here.slack.asked if name == "post_message"]
    assert posted.startswith("payments-api: the primary failed over.")
    assert not any(one in posted for one in ("@channel", "evil.example"))
    assert "s3cret-for-pagerduty" not in json.dumps([one.as_json() for one in agent.asked])


def test_an_incident_with_an_agent_elsewhere_is_played_again_offline_in_its_words(tmp_path: Path) -> None:
    agent, file = memory(honest), tmp_path / "tocsin.yaml"
    kept = {"url": f"sqlite:///{tmp_path}/store.db"}
    chosen = settings(tmp_path)
    file.write_text(json.dumps({"store": kept, "playbooks": {"folders": [str(tmp_path / "books")]}}))

    async def told() -> Incident:
        on_disk = replace(chosen, store=chosen.store.model_copy(update=kept))
        async with house_with(on_disk, agent) as house:
            return (await walked(house))[0]

    incident = asyncio.run(told())
    again = asyncio.run(rewalk.replay(file, incident.id, {}))
    assert all(again.agrees.values()), again.agrees
    assert len(agent.asked) == 1
