"""What people do they do by command line and API alike: each act of the API has a verb, and the verb sends exactly that request."""

import json
import re
from typing import Any

import httpx
import pytest
from tests.face_house import TOKEN, House
from typer.testing import CliRunner

from tocsin.cli import cli
from tocsin.errors import SourceError

INC, ACT = "INC-20260301-ABCDEF", "ACT-ABCDEFGHIJKL"
SEV = ("--reason", "why it is")
VERBS: dict[str, tuple[str, ...]] = {
    "POST /api/incidents": ("declare", "Checkout is down"),
    "POST /api/incidents/{incident_id}/acknowledge": ("ack", INC),
    "POST /api/incidents/{incident_id}/severity": ("severity", INC, "SEV1", *SEV),
    "POST /api/incidents/{incident_id}/roles": ("assign", INC, "commander"),
    "POST /api/incidents/{incident_id}/notes": ("note", INC, "graphs are flat"),
    "POST /api/incidents/{incident_id}/hypotheses": ("hypothesis", INC, "the disk"),
    "POST /api/incidents/{incident_id}/hypotheses/{hypothesis_id}/rule-out": ("rule-out", INC, "HYP-1", *SEV),
    "POST /api/incidents/{incident_id}/hypotheses/{hypothesis_id}/rule-in": (
        "rule-in",
        INC,
        "HYP-1",
        "--shown-by",
        "the sessions",
    ),
    "POST /api/incidents/{incident_id}/lines": ("line", INC, "who holds them?"),
    "POST /api/incidents/{incident_id}/lines/{line_id}/end": ("line", INC, "--end", "LIN-1"),
    "POST /api/incidents/{incident_id}/next-action": ("next", INC, "roll back"),
    "POST /api/incidents/{incident_id}/mitigated": ("mitigated", INC, "rolled back"),
    "POST /api/incidents/{incident_id}/all-clear": ("all-clear", INC),
    "POST /api/incidents/{incident_id}/reopen": ("reopen", INC, *SEV),
    "POST /api/incidents/{incident_id}/merge": ("merge", INC, "INC-20260301-GHIJKL", *SEV),
    "POST /api/incidents/{incident_id}/close": ("close", INC, *SEV),
    "POST /api/incidents/drills": ("gameday", "The pool is full"),
    "POST /api/incidents/{incident_id}/restrict": ("restrict", INC, *SEV),
    "POST /api/incidents/{incident_id}/unrestrict": ("unrestrict", INC, *SEV),
    "POST /api/incidents/{incident_id}/data-access": ("data-access", INC, "names and addresses"),
    "POST /api/incidents/{incident_id}/authority-notified": (
        "authority-notified",
        INC,
        "the authority",
        "told by phone",
    ),
    "POST /api/incidents/{incident_id}/outbox/retry": ("outbox", "retry", INC),
    "POST /api/incidents/{incident_id}/actions": ("request", INC, "disk_full", "0"),
    "POST /api/incidents/{incident_id}/actions/{action_id}/approve": ("approve", INC, ACT, "--yes"),
    "POST /api/incidents/{incident_id}/actions/{action_id}/reject": ("reject", INC, ACT, *SEV),
    "POST /api/incidents/{incident_id}/actions/{action_id}/confirm": (
        "confirm",
        INC,
        ACT,
        "--happened",
        "--said",
        "yes it did",
    ),
    "POST /api/incidents/{incident_id}/actions/{action_id}/verify": (
        "verify",
        INC,
        ACT,
        "--helped",
        "--said",
        "it is calm",
    ),
    "POST /api/incidents/{incident_id}/actions/{action_id}/rollback": ("rollback", INC, ACT),
    "POST /api/incidents/{incident_id}/values": ("vouch", INC, "host=db-1", *SEV),
    "POST /api/incidents/{incident_id}/evidence-waiver": ("waive-evidence", INC, *SEV),
    "POST /api/stop": ("stop", "on", *SEV),
    "POST /api/tools/execute_runbook": ("runbook", "run", "disk_full", "0", "--environment", "production"),
    "POST /api/silences": ("silence", "add", "service=payments", *SEV),
    "DELETE /api/silences/{silence_id}": ("silence", "remove", "SIL-1"),
    "POST /api/deadletters/{delivery_id}/replay": ("deadletters", "replay", "DLV-1"),
    "POST /api/agents": ("agents", "register", "logs", "https://agents.example"),
    "POST /api/agents/check": ("agents", "check"),
    "POST /api/agents/{name}/accept": ("agents", "accept", "logs"),
    "DELETE /api/agents/{name}": ("agents", "remove", "logs"),
}
"""What a person types for each act of the API."""
OTHERS = frozenset({"messages", "review", "playbooks", "maintenance"})
"""Tags of acts whose own tests hold their verbs to their routes."""


def acts() -> set[str]:
    """Everything in the API that changes something, by method and path."""
    paths = House(token=TOKEN).app.openapi()["paths"]
    return {
        f"{method.upper()} {path}"
        for path, methods in paths.items()
        for method, told in methods.items()
        if path.startswith("/api/") and method != "get" and not OTHERS & set(told.get("tags", ()))
    }


def test_each_act_of_the_api_has_a_verb() -> None:
    assert acts() == VERBS.keys()


@pytest.mark.parametrize("act", VERBS)
def test_a_verb_sends_the_act_it_stands_for_to_a_service(act: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    shown = {"actions": [{"action": card(), "approval_hash": "0" * 64, "needed": 1, "missing": 1}]}

    def request(method: str, url: str, **_: Any) -> httpx.Response:
        sent.append(f"{method} {httpx.URL(url).path}")
        if method == "GET":
            return httpx.Response(200, json=shown)
        return httpx.Response(418, text="enough")

    monkeypatch.setattr("httpx.request", request)
    result = CliRunner().invoke(cli, [*VERBS[act], "--url", "http://127.0.0.1:1", "--token", "t"])
    assert isinstance(result.exception, SourceError), result.output
    assert re.fullmatch(re.sub(r"{\w+}", "[^/]+", act), sent[-1]), sent


def card() -> dict[str, Any]:
    """An action as the API shows it."""
    from benchmarks.acting import CATALOGUE, runbook
    from tests.unit.cases import START

    from tocsin.model.action import Decision, Mode, Rehearsal, Verdict
    from tocsin.model.incident import Incident
    from tocsin.model.standing import Action
    from tocsin.stages.remediate.render import render
    from tocsin.stages.remediate.scope import Scope

    step = render(runbook(), 1, Scope(Incident(id=INC, service="lark"), CATALOGUE))
    made = Action(
        id=ACT,
        step=step,
        rehearsal=Rehearsal(ok=True, said="Would."),
        verdict=Verdict(decision=Decision.ONE, mode=Mode.ACT, reason="r"),
        requested_by="role:remediator",
        requested_at=START,
        expires_at=START,
    )
    found: dict[str, Any] = json.loads(made.model_dump_json())
    return found
