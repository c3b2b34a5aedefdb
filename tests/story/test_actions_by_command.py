"""A step from the first look to the last word by the command line alone, at a running service as on the local store."""

import json
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.story.test_actions_api import Desk
from typer.testing import CliRunner, Result

from tocsin.cli import cli
from tocsin.errors import DataError, Denied
from tocsin.model.ground import Severity

OFF, RESTART = "1", "2"
RUN = ("runbook", "run", "flood", "--environment", "production", "--incident", "INC-1")


class Service:
    """A service with people who type."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, severity: Severity = Severity.SEV2) -> None:
        self.desk = Desk(severity=severity)
        self.lost = 0
        monkeypatch.setattr("httpx.request", self._request)

    def _request(
        self, verb: str, url: str, *, json: Any = None, headers: Any = None, timeout: float = 0
    ) -> httpx.Response:
        path = url.removeprefix("http://127.0.0.1:8080")
        answer = self.desk.face.talk(lambda client: client.request(verb, path, json=json), **(headers or {}))
        if verb == "POST" and self.lost:
            self.lost -= 1
            raise httpx.ReadTimeout("lost on the way back")
        return answer

    def types(self, who: str, *words: str) -> Result:
        """One verb, as that person."""
        place = ("--url", "http://127.0.0.1:8080", "--token", self.desk.tokens[who])
        result = CliRunner().invoke(cli, [*words, *place, "--json"])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def says(self, who: str, *words: str) -> str:
        """What it printed for people to read."""
        place = ("--url", "http://127.0.0.1:8080", "--token", self.desk.tokens[who])
        return CliRunner().invoke(cli, [*words, *place]).output

    def told(self, who: str, *words: str) -> Any:
        """What it printed."""
        return json.loads(self.types(who, *words).stdout)


def test_a_step_is_shown_asked_for_approved_and_run_at_a_service(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(monkeypatch)
    shown = service.types("cem", *RUN, RESTART)
    assert (shown.exit_code, json.loads(shown.stdout)["status"]) == (0, "DRY_RUN")
    asked = service.types("cem", *RUN, RESTART, "--no-dry-run")
    answer = json.loads(asked.stdout)
    assert (asked.exit_code, answer["status"]) == (1, "APPROVAL_REQUIRED")
    assert service.desk.ran == []
    service.desk.face.rooms.respond = lambda _: None  # nobody walks until the tool itself asks
    service.told("ada", "approve", "INC-1", answer["actionId"], "--yes")
    service.desk.face.rooms.respond = service.desk.woken
    ran = service.types("cem", *RUN, RESTART, "--no-dry-run", "--approved-by", "ada@example.com")
    assert (ran.exit_code, json.loads(ran.stdout)["status"]) == (0, "DONE")
    assert service.desk.ran == ["restart_app"]


def test_whoever_may_only_look_gets_the_same_refusal_there(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(monkeypatch)
    with pytest.raises(Denied, match=r"eve@example\.com may not ask for steps"):
        service.types("eve", *RUN, OFF, "--no-dry-run")


def test_a_step_whose_answer_was_lost_on_the_way_runs_once(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(monkeypatch, Severity.SEV3)
    service.lost = 2
    assert service.told("cem", *RUN, OFF, "--no-dry-run")["status"] == "DONE"
    assert service.desk.ran == ["switch_off"]
    assert len(service.told("cem", "actions", "INC-1")["actions"]) == 1
    assert service.told("cem", *RUN, OFF, "--no-dry-run")["status"] == "DONE"  # asked for in earnest once more
    assert service.desk.ran == ["switch_off", "switch_off"]


def test_a_key_that_was_used_for_another_step_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Service(monkeypatch).desk
    key = {"authorization": f"Bearer {desk.tokens['cem']}", "idempotency-key": "once"}
    path = "/api/incidents/INC-1/actions"
    first = desk.face.post(path, {"runbook_id": "flood", "step_index": 1}, **key)
    again = desk.face.post(path, {"runbook_id": "flood", "step_index": 1}, **key)
    other = desk.face.post(path, {"runbook_id": "flood", "step_index": 2}, **key)
    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (422, "TCS-ACT-KEY")


def test_a_person_says_that_a_step_did_not_help_and_asks_for_its_rollback(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(monkeypatch, Severity.SEV3)
    action = service.told("cem", *RUN, OFF, "--no-dry-run")["actionId"]
    with pytest.raises(Denied):
        service.types("eve", "verify", "INC-1", action, "--helped", "--said", "it is calm")
    said = service.told("cem", "verify", "INC-1", action, "--did-not-help", "--said", "errors as before")
    assert said["action"]["state"] == "disproved"
    assert "cem@example.com says: errors as before" in said["action"]["said"]
    back = service.told("cem", "rollback", "INC-1", action)["action"]["action"]
    assert back["step"]["is_rollback"]
    assert back["step"]["text"] == "Switch it back on."


def test_without_somebody_who_answers_or_yes_on_the_line_nothing_is_approved(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(monkeypatch)
    action = service.told("cem", *RUN, RESTART, "--no-dry-run")["actionId"]
    with pytest.raises(DataError, match="nothing was done"):
        service.types("ada", "approve", "INC-1", action)
    assert service.told("cem", "actions", "INC-1")["actions"][0]["action"]["approvals"] == []


def test_each_card_says_what_to_type_next(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(monkeypatch)
    asked = service.says("cem", *RUN, RESTART, "--no-dry-run")
    action = service.told("cem", "actions", "INC-1")["actions"][0]["action"]["id"]
    assert f"tocsin approve INC-1 {action}" in asked
    assert f"tocsin approve INC-1 {action}" in service.says("cem", "actions", "INC-1")
    service.says("ada", "approve", "INC-1", action, "--yes")
    done = service.says("cem", "actions", "INC-1")
    assert f"tocsin verify INC-1 {action} --helped" in done
    assert "tocsin approve" not in done


SECRET = "ghp_" + "a1B2c3D4e5" * 4
BOOK = """---
id: lamp
title: The lamp is on
version: 1
risk: reversible
---
# Lamp

```yaml step
name: lamp_off
text: Switch the lamp off.
purpose: mitigate
risk: reversible
auto: true
run: {executor: command, argv: [switch, "off"]}
no_verify: Look at it.
rollback:
  text: Switch it on again.
  run: {executor: command, argv: [switch, "on"]}
```
"""


def test_the_same_words_end_a_step_on_the_local_store(tmp_path: Path) -> None:
    switch, config = tmp_path / "switch", tmp_path / "tocsin.yaml"
    switch.write_text(f"#!{sys.executable}\n")
    switch.chmod(0o755)
    (tmp_path / "books").mkdir()
    (tmp_path / "books" / "lamp.md").write_text(BOOK)
    program = {"path": str(switch), "operands": ["on|off"], "separator": False}
    sections = {
        "store": {"url": f"sqlite:///{tmp_path}/t.db"},
        "runbooks": {"folders": [str(tmp_path / "books")]},
        "policy": {"mode": "act"},
        "executors": {"command": {"programs": {"switch": program}}},
    }
    config.write_text(json.dumps(sections))

    def told(*words: str) -> Any:
        result = CliRunner().invoke(cli, [*words, "--config", str(config), "--json"])
        if result.exception is not None:
            raise result.exception
        return json.loads(result.stdout)

    incident = told("declare", "The lamp is on", "--severity", "SEV3")["incident"]
    run = ("runbook", "run", "lamp", "0", "--environment", "production", "--incident", incident)
    action = told(*run, "--no-dry-run")["actionId"]
    assert (
        told("verify", incident, action, "--did-not-help", "--said", f"still {SECRET}")["action"]["state"]
        == "disproved"
    )
    back = told("rollback", incident, action)["action"]["action"]
    assert back["step"]["is_rollback"]
    told("reject", incident, back["id"], "--reason", f"{SECRET} works")
    for turn in ("on", "off"):
        told("stop", turn, "--reason", f"{SECRET} is out")
    assert all(SECRET.encode() not in kept.read_bytes() for kept in tmp_path.glob("t.db*"))
    silence = told("silence", "add", "service=lamp", "--reason", "a drill", "--minutes", "5")
    assert [one["id"] for one in told("silence", "list")] == [silence["id"]]
    assert silence["created_by"] == "local-operator"
    told("silence", "remove", silence["id"])
    assert told("silence", "list") == []
    assert told("deadletters", "list") == []
