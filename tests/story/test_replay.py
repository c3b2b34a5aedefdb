"""A recorded incident is played again offline: the same evidence, the recorded answers, another player beside it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.scripted_models import Scripted, model_server
from tests.story.test_models import honest, played
from tests.story.test_pipeline import ALERT, OURS, world
from typer.testing import CliRunner

from tocsin import config
from tocsin.app import once, rewalk
from tocsin.cli import cli
from tocsin.errors import DataError, NotFound
from tocsin.model.outcome import Replay
from tocsin.playbooks.shelf import shipped, texts_in
from tocsin.stages.playing import start

SNAPSHOT = Path("examples/snapshots/payments-pool-exhaustion")


def second_choice(body: dict[str, Any]) -> Any:
    """A specialist that is of another opinion than the built-in one: it takes the last cause, and cites for it."""
    schema = body["response_format"]["json_schema"]["schema"]["properties"]
    code = [one for one in schema["cause"]["enum"] if one][-1]
    text = next(one["content"] for one in body["messages"] if one["role"] == "user")
    line = next(line for line in text.splitlines() if line.startswith(f"{code}: "))
    return {"cause": code, "cites": [line.rpartition("supported by ")[2].rstrip(")").split(", ")[0]]}


def with_model(folder: Path) -> Path:
    """Our own database playbook with one line changed."""
    text = dict(shipped())["shipped/critical-database.yaml"]
    folder.joinpath("own.yaml").write_text(
        text.replace("database-specialist: { player: built-in }", 'database-specialist: { model: "small:7b" }')
    )
    return folder


@pytest.fixture(scope="module")
def incident(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Played once with a model server that is gone afterwards: its configuration and its id."""
    folder = tmp_path_factory.mktemp("replay")
    with_model(folder)
    file = folder / "tocsin.yaml"

    async def told() -> str:
        async with model_server(Scripted(second_choice)) as url:
            own = {
                "store": {"url": f"sqlite:///{folder}/store.db"},
                "playbooks": {"folders": [str(folder / "own.yaml")]},
                "models": {"known": {"small:*": {"url": url, "price_in": 1.0}}},
            }
            file.write_text(yaml.safe_dump(own))
            alert = (SNAPSHOT / "alert.json").read_bytes()
            found = await once.respond_once(alert, config=config.load(file), evidence=SNAPSHOT, keep=True)
            return found.incident.id

    return file, asyncio.run(told())


def test_the_same_comes_out_again_without_a_network_from_recorded_answers(incident: tuple[Path, str]) -> None:
    found = asyncio.run(rewalk.replay(*incident, {}))
    assert all(found.agrees.values()), found.agrees
    assert found.again.tokens == found.then.tokens > 0
    assert [one.player for one in found.again.roles if one.role == "database-specialist"] == ["small:7b"]
    assert found.then.findings > 20


def test_two_players_are_compared_on_one_incident(incident: tuple[Path, str]) -> None:
    file, name = incident
    shown = CliRunner().invoke(
        cli,
        ["replay", name, "--player", "diagnostician=analyst", "--config", str(file), "--json"],
        catch_exceptions=False,
    )
    found = json.loads(shown.stdout)
    assert found["agrees"]["severity"]
    assert not found["agrees"]["hypothesis"]
    assert found["instead"]["hypothesis"] == "connection_pool_exhaustion"
    assert sum(one["tokens"] for one in found["instead"]["roles"]) == 0
    drawn = CliRunner().invoke(cli, ["replay", name, "--config", str(file)], catch_exceptions=False)
    assert "said then" in drawn.stdout


def test_a_model_without_a_recorded_answer_is_named_and_not_asked(incident: tuple[Path, str]) -> None:
    with pytest.raises(NotFound, match="another:70b has no recorded answer"):
        asyncio.run(rewalk.replay(*incident, {"diagnostician": "another:70b"}))
    with pytest.raises(DataError, match="no role 'cook'"):
        asyncio.run(rewalk.replay(*incident, {"cook": "analyst"}))


def test_an_incident_whose_models_were_never_there_is_played_again_by_whoever_answered_instead(tmp_path: Path) -> None:
    with_model(tmp_path)
    file = tmp_path / "tocsin.yaml"
    own = {"store": {"url": f"sqlite:///{tmp_path}/s.db"}, "playbooks": {"folders": [str(tmp_path / "own.yaml")]}}
    file.write_text(yaml.safe_dump(own))

    async def told() -> Replay:
        alert = (SNAPSHOT / "alert.json").read_bytes()
        found = await once.respond_once(alert, config=config.load(file), evidence=SNAPSHOT, keep=True)
        with pytest.raises(NotFound, match="small:7b has no recorded answer"):
            await rewalk.replay(file, found.incident.id, {"diagnostician": "small:7b"})
        return await rewalk.replay(file, found.incident.id, {})

    found = asyncio.run(told())
    assert all(found.agrees.values()), found.agrees
    assert sum(one.tokens for one in found.again.roles) == 0


def test_a_pipeline_is_played_again_and_nothing_is_posted_or_acknowledged(tmp_path: Path) -> None:
    file = tmp_path / "tocsin.yaml"

    async def told() -> tuple[Replay, int]:
        store = {"url": f"sqlite:///{tmp_path}/store.db"}
        file.write_text(yaml.safe_dump({"store": store}))
        scripted = Scripted(honest)
        async with model_server(scripted) as url:
            async with world(store=store, models={"known": {"small:*": {"url": url}}}) as here:
                desk = here.house.desk
                ((name, text),) = texts_in(OURS)
                checked = desk.playbooks.of([(name, played(text))]).team("three-agents")
                begun = await desk.store.write(
                    lambda ledger: start(here.attempt(ledger), checked, "one", {"alert": ALERT}, "run one")
                )
                await here.walked(begun.id)
            asked = len(here.slack.asked) + len(here.pagerduty.asked) + len(scripted.asked)
            found = await rewalk.replay(file, begun.id, {})
            return found, len(here.slack.asked) + len(here.pagerduty.asked) + len(scripted.asked) - asked

    found, more = asyncio.run(told())
    assert more == 0
    assert found.again.phase == "Succeeded"
    assert found.again.outputs == found.then.outputs
    assert all(found.agrees.values()), found.agrees
