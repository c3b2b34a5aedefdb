"""Models as router, investigators, specialist and communicator of the house: what they add is checked, and what was there stays."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import yaml
from starlette.responses import Response, StreamingResponse
from tests.scripted_models import Answer, Scripted, chunks, every_role, fields, model_server, too_many

from tocsin import config
from tocsin.app import once, rewalk
from tocsin.app.service import open_rooms
from tocsin.app.settings import Settings
from tocsin.model.ground import Severity
from tocsin.model.run import Phase, PlayerReplaced
from tocsin.model.update import Audience
from tocsin.playbooks.shelf import shipped
from tocsin.web.streams import follow

SNAPSHOT = Path("examples/snapshots/payments-pool-exhaustion")
ROLES = ("router", "metric-analyst", "log-analyst", "change-analyst", "database-specialist", "communicator")


def with_models(folder: Path, *roles: str) -> None:
    """The shipped documents with one line edited for each role."""
    texts = dict(shipped())
    for name in ("critical-database", "router"):
        text = texts[f"shipped/{name}.yaml"].replace("role: router, player: built-in", "role: router, ROUTER")
        for role in roles:
            text = text.replace(f"{role}: {{ player: built-in }}", f'{role}: {{ model: "small:7b" }}')
        router = 'model: "small:7b"' if "router" in roles else "player: built-in"
        folder.joinpath(f"{name}.yaml").write_text(text.replace("ROUTER", router))


def answered(folder: Path, answer: Answer, *roles: str, evidence: Path | None = None) -> tuple[once.Response, Scripted]:
    with_models(folder, *roles)

    async def told() -> tuple[once.Response, Scripted]:
        scripted = Scripted(answer)
        async with model_server(scripted) as url:
            own = {
                "store": {"url": f"sqlite:///{folder}/store.db"},
                "playbooks": {"folders": [str(folder)]},
                "models": {"known": {"small:*": {"url": url}}, "budget": {"tokens_per_incident": 30_000}},
            }
            (folder / "tocsin.yml.conf").write_text(yaml.safe_dump(own))
            loaded = config.load(folder / "tocsin.yml.conf")
            alert = (SNAPSHOT / "alert.json").read_bytes()
            return await once.respond_once(alert, config=loaded, evidence=evidence, keep=True), scripted

    return asyncio.run(told())


def inside(folder: Path, name: str) -> Path:
    folder.joinpath(name).mkdir()
    return folder / name


def replaced(found: once.Response) -> dict[str, str]:
    return {one.body.role: one.body.why for one in found.events if isinstance(one.body, PlayerReplaced)}


def test_every_role_of_the_house_is_played_by_a_model_and_the_incident_is_played_again_offline(tmp_path: Path) -> None:
    found, scripted = answered(tmp_path, every_role, *ROLES, evidence=SNAPSHOT)
    assert replaced(found) == {}
    assert found.incident.runs[0].phase is Phase.SUCCEEDED
    assert {one.role for one in found.incident.spendings} == set(ROLES)
    assert sum(one.questions for one in found.incident.spendings) == len(scripted.asked)
    again = asyncio.run(rewalk.replay(tmp_path / "tocsin.yml.conf", found.incident.id, {}))
    assert all(again.agrees.values()), again.agrees
    told = [{one.role: one.tokens for one in outcome.roles} for outcome in (again.then, again.again)]
    for role in ("router", "database-specialist", "communicator"):  # what was cut is not read again, as the page says
        assert told[0][role] == told[1][role] > 0


def misled(body: dict[str, Any]) -> Any:
    """It lowers, invents and promises."""
    asked = fields(body)
    if "because" in asked:
        return {"type": "network", "severity": "SEV4", "because": "all is well"}
    if "findings" in asked:
        return {"findings": [{"kind": "log_new", "text": "The disk is full.", "quotes": ["No space left on device"]}]}
    if "cause" in asked:
        return {"cause": every_role(body)["cause"], "cites": ["log-999"]}
    return dict.fromkeys(asked, "Fixed by 17:00 UTC, 99.99% are fine, ask Bob.")


def test_what_does_not_hold_is_asked_for_once_more_and_then_the_house_stands(tmp_path: Path) -> None:
    built_in, _ = answered(inside(tmp_path, "a"), every_role, evidence=SNAPSHOT)
    found, scripted = answered(inside(tmp_path, "b"), misled, *ROLES, evidence=SNAPSHOT)
    assert set(replaced(found)) == set(ROLES)
    assert "SEV4 is lower than" in replaced(found)["router"]
    assert "does not stand in the draft" in replaced(found)["communicator"]
    again = [one for one in scripted.asked if "could not be taken" in one["messages"][0]["content"]]
    assert len(again) * 2 == len(scripted.asked)
    assert (found.incident.severity, found.incident.type) == (built_in.incident.severity, built_in.incident.type)
    assert found.report["rootCause"] == built_in.report["rootCause"]
    assert [one.text for one in found.incident.findings] == [one.text for one in built_in.incident.findings]


def test_who_weighs_what_others_read_is_not_asked_where_there_is_nothing_to_weigh(tmp_path: Path) -> None:
    found, scripted = answered(tmp_path, every_role, "storm-reader", "cause-ranker")
    assert scripted.asked == []
    assert replaced(found) == {}


def raising(body: dict[str, Any]) -> Any:
    if "because" in fields(body):
        return {"type": "network", "severity": "SEV1", "because": every_role(body)["because"]}
    return every_role(body)


def test_a_router_may_raise_the_severity_with_words_of_the_alert(tmp_path: Path) -> None:
    found, _ = answered(tmp_path, raising, "router")
    triage = found.incident.triage
    assert triage is not None
    assert (found.incident.severity, triage.type) == (Severity.SEV1, "database")  # the words were surer than a guess
    assert "raised to SEV1 by small:7b" in triage.rule
    assert len(triage.notify) > 1


def shorter(body: dict[str, Any]) -> Any:
    said = every_role(body)
    if "external" in said:
        return {name: f"{text} We are on it." for name, text in said.items()}
    return said


def test_messages_for_outsiders_are_worded_by_a_model_within_the_facts(tmp_path: Path) -> None:
    found, _ = answered(tmp_path, shorter, "communicator")
    told = {one.audience: one.text for one in found.incident.updates}
    assert told[Audience.EXTERNAL].endswith("We are on it.")
    assert not told[Audience.CHANNEL].endswith("We are on it.")


def recalling(body: dict[str, Any]) -> Any:
    said = every_role(body)
    if "findings" in said and "<<<DATA recalled" not in str(body["messages"]):
        return {"findings": [], "recall": ["L2-L4", "nonsense"]}
    return said


def test_a_model_recalls_by_number_what_its_digest_left_out(tmp_path: Path) -> None:
    found, scripted = answered(tmp_path, recalling, "log-analyst", evidence=SNAPSHOT)
    assert replaced(found) == {}
    last = scripted.asked[-1]["messages"][-1]["content"]
    assert "<<<DATA recalled" in last
    assert "L2| " in last


def test_a_model_that_refuses_is_left_alone_and_leaves_the_house_as_it_is(tmp_path: Path) -> None:
    found, scripted = answered(tmp_path, too_many, *ROLES)
    assert set(replaced(found)) == set(ROLES) - {"metric-analyst", "log-analyst"}  # no window, nothing to read
    assert found.report["rootCause"]
    assert found.incident.spendings
    assert all(one.tokens == 0 for one in found.incident.spendings)
    assert len(scripted.asked) == 1  # it said Retry-After


def test_people_see_a_model_work_while_it_works_and_the_timeline_has_no_event_for_each_piece(tmp_path: Path) -> None:
    """Two processes on one store: one walks, the other shows it."""
    seen, shown = asyncio.Event(), list[str]()

    async def slowly(body: dict[str, Any]) -> Response:
        async def pieces() -> AsyncIterator[bytes]:
            said = [one async for one in chunks(every_role(body), body)]
            yield said[0]
            await asyncio.wait_for(seen.wait(), 120)
            for one in said[1:]:
                yield one

        return StreamingResponse(pieces(), media_type="text/event-stream")

    async def told() -> once.Response:
        with_models(tmp_path, "database-specialist")
        async with model_server(Scripted(slowly)) as url:
            own = {
                "store": {"url": f"sqlite:///{tmp_path}/store.db"},
                "playbooks": {"folders": [str(tmp_path)]},
                "models": {"known": {"small:*": {"url": url}}},
            }
            loaded = config.Config(config.merged(own), {}, "test")
            async with open_rooms(Settings.read(loaded), walking=False) as rooms, asyncio.TaskGroup() as group:
                alert = (SNAPSHOT / "alert.json").read_bytes()
                walking = group.create_task(once.respond_once(alert, config=loaded, keep=True))
                while not (known := await rooms.store.read(lambda ledger: ledger.incidents.recent())):  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
                async for one in follow(rooms, known[0].id, 0):
                    if one.startswith(b"event: working"):
                        shown.append(one.decode())
                        if "connection" in shown[-1]:
                            seen.set()
                    if shown and shown[-1].endswith("data: []\n\n"):
                        break
                return await walking

    found = asyncio.run(told())
    assert '"role":"database-specialist","model":"small:7b"' in shown[0]
    assert '\\"cause\\": \\"connection' in "".join(shown)
    kinds = [one.body.kind for one in found.events if one.body is not None]
    assert kinds.count("model_answered") == 1
    assert "working" not in kinds
