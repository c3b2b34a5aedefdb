"""Permission over HTTP and through the tool: the same path for everybody, and nobody's words are a yes."""

import asyncio
from datetime import timedelta

import pytest
from benchmarks.acting import CATALOGUE, PEOPLE, EditableShelf, Hand, policy, runbook
from tests.face_house import House

from tocsin.guard import tokens
from tocsin.guard.policy import InForce
from tocsin.model.action import Fix
from tocsin.model.event import Declared, FixProposed, Triaged
from tocsin.model.ground import IncidentType, Severity
from tocsin.model.identity import Role
from tocsin.model.triage import Triage
from tocsin.stages.remediate.due import Rules, due
from tocsin.stages.remediate.hands import carry_out
from tocsin.stages.remediate.perform import perform
from tocsin.stages.remediate.permit import Means, approve, request

ACTIONS = "/api/incidents/INC-1/actions"
TOOL = "/api/tools/execute_runbook"
LOOK, OFF, RESTART = 0, 1, 2


class Desk:
    """The face, three people with tokens, and a loop that walks when it is woken."""

    def __init__(self, mode="act", severity=Severity.SEV2):
        self.face = House(token="a-token-of-the-installation")
        rooms = self.face.rooms
        self.hands = {name: Hand(name) for name in ("http", "kubernetes", "command", "manual")}
        rooms.actions = Means(
            store=rooms.store,
            clock=rooms.clock,
            names=rooms.names,
            shelf=EditableShelf([runbook()]),
            catalogue=CATALOGUE,
            executors=self.hands,
            current=InForce(policy(mode), "tocsin.yaml"),
        )
        rooms.respond = self.woken
        self.tasks = set()
        self.tokens = {name: self._token(name) for name in PEOPLE}
        asyncio.run(rooms.store.write(lambda ledger: self._opened(ledger, severity)))

    def _token(self, name):
        rooms = self.face.rooms
        roles = frozenset({Role.RESPONDER}) if name == "cem" else PEOPLE[name].roles
        text, token = tokens.mint(rooms.names.new("TOK"), PEOPLE[name].id, list(roles), rooms.clock.now(), 30)
        asyncio.run(rooms.store.write(lambda ledger: ledger.tokens.put(token)))
        return text

    def _opened(self, ledger, severity):
        now = self.face.rooms.clock.now()
        triage = Triage(type=IncidentType.APPLICATION, type_confidence=1, severity=severity, rule="t", specialist="t")
        declared = Declared(title="x", service="lark", environment="production", reason="t", started_at=now)
        for body in (declared, Triaged(triage=triage), FixProposed(fix=Fix(runbook_id="flood"))):
            ledger.timeline.append("INC-1", body, actor="system", at=now)

    def woken(self, incident_id):
        task = asyncio.get_running_loop().create_task(self._walk(incident_id))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _walk(self, incident_id):
        """Performs what may run; offers nothing by itself."""
        rooms = self.face.rooms
        incident = await rooms.store.read(lambda ledger: ledger.incidents.get(incident_id))
        move = next(due(incident, rooms.clock.now(), Rules(rooms.actions.current, rooms.actions.shelf)), None)

        async def record(key, *happened):
            return incident

        if move is not None and move.kind == "perform":
            await carry_out(rooms.actions, move, incident, record)

    def post(self, path, who, **body):
        return self.face.post(path, body, authorization=f"Bearer {self.tokens[who]}")

    def get(self, path, who):
        return self.face.get(path, authorization=f"Bearer {self.tokens[who]}")

    def tool(self, who="cem", step=RESTART, **more):
        asked = {"runbookId": "flood", "stepIndex": step, "targetEnvironment": "production"} | more
        return self.post(TOOL, who, **asked).json()

    @property
    def ran(self):
        return [step.name for hand in self.hands.values() for step, _ in hand.ran]


def test_a_step_is_asked_for_seen_approved_and_run():
    desk = Desk()
    asked = desk.post(ACTIONS, "cem", runbook_id="flood", step_index=RESTART)
    assert asked.status_code == 201
    action = asked.json()["action"]
    assert (action["needed"], action["missing"]) == (1, 1)
    name = action["action"]["id"]
    (listed,) = desk.get(ACTIONS, "eve").json()["actions"]
    assert listed["approval_hash"] == action["approval_hash"]
    assert desk.post(f"{ACTIONS}/{name}/approve", "cem", approval_hash=action["approval_hash"]).status_code == 403
    assert desk.post(f"{ACTIONS}/{name}/approve", "ada", approval_hash="0" * 64).status_code == 403
    assert desk.ran == []
    assert desk.post(f"{ACTIONS}/{name}/approve", "ada", approval_hash=action["approval_hash"]).status_code == 200
    assert desk.get(f"{ACTIONS}/{name}", "eve").json()["action"]["state"] in ("requested", "running", "done")
    desk.post(f"{ACTIONS}/{name}/approve", "ada", approval_hash=action["approval_hash"])
    assert desk.ran == ["restart_app"]


def test_the_token_of_the_installation_and_nobody_at_all_approve_nothing():
    desk = Desk()
    action = desk.post(ACTIONS, "cem", runbook_id="flood", step_index=RESTART).json()["action"]
    yes = {"approval_hash": action["approval_hash"]}
    path = f"{ACTIONS}/{action['action']['id']}/approve"
    assert desk.face.post(path, yes).status_code == 401
    assert desk.face.post(path, yes, authorization="Bearer a-token-of-the-installation").status_code == 403
    assert desk.ran == []


def test_the_tool_shows_first_and_asks_nobody():
    desk = Desk()
    answer = desk.tool()
    assert answer["status"] == "DRY_RUN"
    assert answer["command"] == "kubectl rollout restart deployment/lark -n birds"
    assert answer["dryRun"]["ok"] is True
    assert desk.get(ACTIONS, "eve").json()["actions"] == []


@pytest.mark.parametrize("severity", list(Severity))
def test_the_tool_asks_for_approval_with_the_steps_hash_and_a_link(severity):
    desk = Desk(severity=severity)
    answer = desk.tool(dryRun=False)
    assert answer["status"] == "APPROVAL_REQUIRED"
    assert len(answer["stepHash"]) == 64
    assert desk.get(answer["link"], "eve").json()["approval_hash"] == answer["approvalHash"]
    assert desk.ran == []


def test_approved_by_selects_a_recorded_approval_and_never_makes_one():
    desk = Desk(severity=Severity.SEV1)
    asked = desk.tool(dryRun=False, approvedBy="ada@example.com")
    assert asked["status"] == "APPROVAL_REQUIRED"
    assert "not an approval" in asked["reason"]
    desk.face.rooms.respond = lambda _: None
    desk.post(f"{asked['link']}/approve", "ada", approval_hash=asked["approvalHash"])
    desk.face.rooms.respond = desk.woken
    assert desk.tool(dryRun=False, approvedBy="bob@example.com")["status"] == "APPROVAL_REQUIRED"
    assert desk.tool(dryRun=False)["status"] == "APPROVAL_REQUIRED"
    assert desk.ran == []
    answer = desk.tool(dryRun=False, approvedBy="ADA@example.com")
    assert answer["status"] == "DONE"
    assert desk.ran == ["restart_app"]


def test_an_expired_approval_is_none_for_the_tool_either():
    desk = Desk(severity=Severity.SEV1)
    asked = desk.tool(dryRun=False)
    desk.face.rooms.respond = lambda _: None
    desk.post(f"{asked['link']}/approve", "ada", approval_hash=asked["approvalHash"])
    desk.face.rooms.respond = desk.woken
    desk.face.hands.time += timedelta(minutes=16)
    again = desk.tool(dryRun=False, approvedBy="ada@example.com")
    assert again["status"] == "APPROVAL_REQUIRED"
    assert again["actionId"] != asked["actionId"]
    assert desk.ran == []


def test_the_tool_runs_a_sev3_step_that_may_run_by_itself():
    desk = Desk(severity=Severity.SEV3)
    assert desk.tool(step=OFF, dryRun=False)["status"] == "DONE"
    assert desk.ran == ["switch_off"]


def test_in_mode_observe_the_tool_says_what_it_would_have_done():
    desk = Desk("observe", Severity.SEV3)
    assert desk.tool(step=OFF, dryRun=False)["status"] == "OBSERVED"
    assert desk.ran == []


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"runbookId": "nothing"}, 404),
        ({"stepIndex": 99}, 404),
        ({"stepIndex": -1}, 422),
        ({"targetEnvironment": "staging"}, 403),
        ({"targetEnvironment": "moon"}, 422),
        ({"incidentId": "INC-9"}, 404),
        ({"parameters": {"shell": "rm"}}, 422),
        ({"command": "rm -rf /"}, 422),
    ],
)
def test_the_tool_refuses_what_it_does_not_know(more, status):
    desk = Desk()
    asked = {"runbookId": "flood", "stepIndex": RESTART, "targetEnvironment": "production", "dryRun": False} | more
    assert desk.post(TOOL, "cem", **asked).status_code == status
    assert desk.ran == []


def test_somebody_who_may_only_look_may_not_ask():
    desk = Desk()
    assert desk.post(ACTIONS, "eve", runbook_id="flood", step_index=LOOK).status_code == 403
    assert desk.post(TOOL, "eve", runbookId="flood", stepIndex=0, targetEnvironment="production").status_code == 403


def test_anybody_but_a_viewer_stops_everything_with_a_reason():
    desk = Desk(severity=Severity.SEV3)
    assert desk.post("/api/stop", "eve", on=True, reason="please").status_code == 403
    assert desk.post("/api/stop", "ada", on=True, reason="").status_code == 422
    stopped = desk.post("/api/stop", "ada", on=True, reason="the wrong cluster").json()
    assert (stopped["now"]["on"], stopped["now"]["by"]) == (True, "ada@example.com")
    assert desk.get("/api/stop", "eve").json()["now"]["reason"] == "the wrong cluster"
    desk.face.rooms.wake.wait = _soon
    import tocsin.web.actions as actions

    patience, actions.PATIENCE = actions.PATIENCE, 0.2
    try:
        answer = desk.tool(step=OFF, dryRun=False)
    finally:
        actions.PATIENCE = patience
    assert answer["status"] == "WAITING"
    assert "stopped all actions" in answer["reason"]
    assert desk.ran == []


async def _soon(_incident, _seconds):
    await asyncio.sleep(0.05)


def test_a_no_and_a_persons_word_go_on_record():
    desk = Desk()
    name = desk.post(ACTIONS, "cem", runbook_id="flood", step_index=RESTART).json()["action"]["action"]["id"]
    assert desk.post(f"{ACTIONS}/{name}/confirm", "cem", happened=True, said="it did").status_code == 409
    answered = desk.post(f"{ACTIONS}/{name}/reject", "ada", reason="not in the evening")
    assert answered.json()["action"]["state"] == "rejected"
    assert desk.post(f"{ACTIONS}/{name}/reject", "ada", reason="still not").status_code == 409
    assert desk.post(f"{ACTIONS}/{name}/rollback", "cem").status_code == 409
    assert desk.post(f"{ACTIONS}/nothing/reject", "ada", reason="not there").status_code == 404


def test_a_person_says_over_http_whether_a_finished_step_helped_and_a_viewer_may_not():
    desk = Desk()

    async def ran():
        means = desk.face.rooms.actions
        asked = await request(means, "INC-1", "flood", OFF, by=PEOPLE["cem"])
        await approve(means, "INC-1", asked.action.id, by=PEOPLE["ada"])
        await perform(means, "INC-1", asked.action.id)
        return asked.action.id

    action = asyncio.run(ran())
    word = {"helped": True, "said": "I paid, it works"}
    assert desk.post(f"{ACTIONS}/{action}/verify", "eve", **word).status_code == 403
    answer = desk.post(f"{ACTIONS}/{action}/verify", "cem", **word)
    assert answer.status_code == 200
    assert answer.json()["action"]["state"] == "verified"
    assert "I paid, it works" in answer.json()["action"]["said"]
