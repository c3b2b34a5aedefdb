"""Three in the morning, and the catalogue is empty: the fix is shown, says what it lacks, and people can give it, by name."""

import asyncio
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tocsin import config
from tocsin.app.build import House, open_house
from tocsin.app.once import open_incident
from tocsin.app.settings import Settings
from tocsin.cli import cli
from tocsin.errors import DataError, Denied
from tocsin.model.identity import LOCAL_CALLER, SERVICE, Principal, Role
from tocsin.model.incident import Incident
from tocsin.model.standing import ActionState
from tocsin.response import respond
from tocsin.stages.remediate import permit
from tocsin.stages.remediate.permit import REMEDIATOR
from tocsin.stages.remediate.vouch import vouch
from tocsin.walk import OneGo

ADA = Principal(id="ada@example.com", roles=frozenset({Role.COMMANDER, Role.APPROVER}))
BOB = Principal(id="bob@example.com", roles=frozenset({Role.APPROVER}))
CEM = Principal(id="cem@example.com", roles=frozenset({Role.RESPONDER}))
ALERT = "Disk of ledger-db is 97% full in production. Service: ledger. host is evil-host, vouch host=evil-host"
BOOK = """---
id: bell
title: Disk full, ring the bell
version: 1
types: [database, infrastructure, application]
match:
  causes: [disk_full]
  terms: [disk, full, ledger]
risk: disruptive
parameters:
  tower: {type: host, from: catalogue.tower, about: where the bell hangs}
  times: {type: integer, from: person}
---
# Disk full, ring the bell

```yaml step
name: ring
text: Ring the bell.
purpose: mitigate
risk: reversible
auto: true
run: {executor: command, argv: [ring, "{tower}"]}
no_verify: Everybody hears it.
no_rollback: It has been heard.
```

```yaml step
name: ring_more
text: Ring it so many times.
purpose: mitigate
risk: disruptive
run: {executor: command, argv: [ring, "{tower}", "{times}"]}
no_verify: Everybody hears it.
no_rollback: It has been heard.
```
"""


class Night:
    """One store, one runbook, one program that writes down what it was given; the catalogue grows as people say."""

    def __init__(self, place: Path) -> None:
        self.place, self.catalogue = place, dict[str, Any]()
        self.rung, ring = place / "rung", place / "ring"
        ring.write_text(
            f"#!{sys.executable}\nimport sys\nopen({str(self.rung)!r}, 'a').write(' '.join(sys.argv[1:]) + '\\n')\n"
        )
        ring.chmod(0o755)
        (place / "books").mkdir()
        (place / "books" / "bell.md").write_text(BOOK)
        self.program = {"path": str(ring), "operands": ["[a-z-]+", "[0-9]+"], "separator": False}

    def sections(self) -> dict[str, Any]:
        return {
            "store": {"url": f"sqlite:///{self.place / 't.db'}"},
            "runbooks": {"folders": [str(self.place / "books")]},
            "policy": {"mode": "act"},
            "executors": {"command": {"programs": {"ring": self.program}}},
            "catalogue": self.catalogue,
        }

    def opened(self) -> Any:
        return open_house(Settings.read(config.Config(config.merged(self.sections()), {}, "tocsin.yaml")))

    async def alert(self, house: House) -> Incident:
        incident_id = await open_incident(house, house.desk, ALERT.encode(), "auto")
        return await self.walk(house, incident_id)

    async def walk(self, house: House, incident_id: str) -> Incident:
        await respond(incident_id, OneGo(), house.desk)
        return await house.desk.incident(incident_id)

    def heard(self) -> list[str]:
        return self.rung.read_text().splitlines() if self.rung.exists() else []


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(tmp_path)


def test_the_fix_is_proposed_and_says_what_it_lacks_what_to_type_and_what_to_add(night: Night):
    async def told() -> Incident:
        async with night.opened() as house:
            return await night.alert(house)

    incident = asyncio.run(told())
    assert incident.fix is not None
    assert [step.text for step in incident.fix.steps] == ["Ring the bell.", "Ring it so many times."]
    tower, times = incident.missing
    assert tower.why == "the catalogue has no tower for ledger"
    assert tower.give == f'tocsin vouch {incident.id} tower=HOST --reason "..."'
    assert tower.yaml == 'catalogue: {services: [{name: "ledger", resources: {tower: HOST}}]}'
    assert times.give == f"tocsin request {incident.id} bell 1 --set times=INTEGER"
    assert [flag.code for flag in incident.flags if "bell" in flag.text] == ["fix_needs_values"]
    assert tower.give in next(flag.text for flag in incident.flags if flag.code == "fix_needs_values")
    assert incident.actions == ()
    assert night.heard() == []


def test_show_and_the_document_tell_it_to_whoever_comes_in(night: Night):
    async def told() -> str:
        async with night.opened() as house:
            return (await night.alert(house)).id

    incident = asyncio.run(told())
    (night.place / "tocsin.yaml").write_text(json.dumps(night.sections()))
    for more in ((), ("--markdown",)):
        shown = CliRunner().invoke(cli, ["show", incident, "--config", str(night.place / "tocsin.yaml"), *more]).stdout
        words = " ".join(shown.split())
        assert "Ring the bell." in words
        assert f"tocsin vouch {incident} tower=HOST" in words
        assert 'catalogue: {services: [{name: "ledger", resources: {tower: HOST}}]}' in words


def test_a_commanders_word_offers_the_step_to_somebody_else_and_it_never_runs_by_itself(night: Night):
    async def told() -> None:
        async with night.opened() as house:
            incident = await night.alert(house)
            assert (
                str(incident.severity) == "SEV3"
            )  # mode act, SEV3, auto: true: with a listed value it would run by itself
            await vouch(house.means, incident.id, by=ADA, slot="tower", value="north", reason="it hangs there")
            incident = await night.walk(house, incident.id)
            (action,) = incident.actions
            assert action.state is ActionState.REQUESTED
            assert action.step.vouched_by == ("person:ada@example.com",)
            with pytest.raises(Denied, match="vouched for a value of"):
                await permit.approve(house.means, incident.id, action.id, by=ADA)
            assert night.heard() == []
            await permit.approve(house.means, incident.id, action.id, by=BOB)
            incident = await night.walk(house, incident.id)
            assert incident.actions[0].state is ActionState.DONE
            assert night.heard() == ["north"]

    asyncio.run(told())


def test_a_person_gives_the_value_that_is_theirs_to_choose_with_the_request(night: Night):
    async def told() -> None:
        night.catalogue = {"services": [{"name": "ledger", "resources": {"tower": "north"}}]}
        async with night.opened() as house:
            incident = await night.alert(house)
            with pytest.raises(DataError, match="times: a person gives it"):
                await permit.request(house.means, incident.id, "bell", 1, by=CEM)
            asked = await permit.request(house.means, incident.id, "bell", 1, by=CEM, given={"times": "3"})
            assert asked.action is not None
            assert asked.step.shown.endswith("ring north 3")
            with pytest.raises(DataError, match=r"not one that catalogue\.tower has"):
                await permit.request(house.means, incident.id, "bell", 1, by=CEM, given={"tower": "south", "times": 3})

    asyncio.run(told())


def test_once_its_owner_has_listed_it_the_open_incidents_step_runs_as_the_policy_says(night: Night):
    async def told() -> None:
        async with night.opened() as house:
            incident_id = (await night.alert(house)).id
        night.catalogue = {"services": [{"name": "ledger", "resources": {"tower": "north"}}]}
        async with night.opened() as house:
            incident = await night.walk(house, incident_id)
            assert [one.slot for one in incident.missing] == ["times"]
            assert [one.state for one in incident.actions] == [ActionState.DONE]
            assert night.heard() == ["north"]

    asyncio.run(told())


def test_nobody_vouches_but_a_commander_by_name_and_no_word_in_an_alert_does(night: Night):
    async def told() -> None:
        async with night.opened() as house:
            incident = await night.alert(house)
            said = {"slot": "tower", "value": "north", "reason": "seen"}
            for who in (CEM, BOB, SERVICE, LOCAL_CALLER, REMEDIATOR):
                with pytest.raises(Denied):
                    await vouch(house.means, incident.id, by=who, **said)
            for wrong in ("-oProxyCommand=x", "north;rm", "a b", "../x", "$(id)", ""):
                with pytest.raises(DataError):
                    await vouch(house.means, incident.id, by=ADA, **{**said, "value": wrong})
            with pytest.raises(DataError, match="does not lack namespace"):
                await vouch(house.means, incident.id, by=ADA, **{**said, "slot": "namespace"})
            incident = await night.walk(house, incident.id)
            assert (incident.vouched, incident.actions, night.heard()) == ((), (), [])

    asyncio.run(told())


def test_a_word_counts_on_its_own_incident_only(night: Night):
    async def told() -> None:
        async with night.opened() as house:
            first = await night.alert(house)
            await vouch(house.means, first.id, by=ADA, slot="tower", value="north", reason="it hangs there")
            desk = replace(house.desk)
            other_id = await open_incident(house, desk, ALERT.replace("ledger", "billing").encode(), "auto")
            other = await night.walk(house, other_id)
            assert other.id != first.id
            assert "tower" in {one.slot for one in other.missing}
            assert other.actions == ()

    asyncio.run(told())
