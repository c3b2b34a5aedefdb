"""Roles times routes times objects: for whoever is outside of a restricted incident, no route answers as if there were one.

Routes are read from the API's own description, and the MCP server's tools and resources from its lists, so one that is added
tomorrow is asked today.
"""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.story.test_actions_api import Desk

from tocsin.guard import tokens
from tocsin.guard.seeing import SecurityRules, first_restriction
from tocsin.model.acts import UserReported
from tocsin.model.alert import Alert, AlertStatus, Delivery
from tocsin.model.communication import RestrictionSet
from tocsin.model.event import AlertJoined, Declared, Noted, Triaged
from tocsin.model.evidence import Evidence, EvidenceKind, digest
from tocsin.model.ground import IncidentType, Severity
from tocsin.model.identity import Principal, Role
from tocsin.model.run import RunStarted, ToolCalled
from tocsin.model.triage import Triage
from tocsin.ports import KeptAlert, KeptDelivery, Ledger, Parcel
from tocsin.web import mcp
from tocsin.web.streams import follow

HIDDEN, ABSENT, CANARY = "INC-hidden", "INC-absent", "zq7canary"
INSIDER = "inside@example.com"
TWIN = json.dumps([{"name": CANARY, "service": CANARY}])
"""An alert that joins the hidden incident, for it is of the same service."""
PLAIN_TOOLS = {"search_runbooks", "respond_to_alert"}
"""The MCP tools that take no incident, nor list any."""


class Matrix(Desk):  # type: ignore[misc]
    """The face with actions, one open incident, one hidden one full of canaries, and a token for each role."""

    def __init__(self) -> None:
        super().__init__()
        rooms = self.face.rooms
        asyncio.run(rooms.store.write(self._hide))
        self.callers = {str(role): self._token_of(f"{role}@example.com", role) for role in Role}
        self.callers["everything"] = self._token_of("everything@example.com", *Role)
        self.callers["program"] = rooms.token
        self.insider = self._token_of(INSIDER, *Role)
        self.spec = self.face.get("/openapi.json", authorization=f"Bearer {rooms.token}").json()

    def _token_of(self, person: str, *roles: Role) -> str:
        rooms = self.face.rooms
        text, token = tokens.mint(rooms.names.new("TOK"), person, roles, rooms.clock.now(), 30)
        asyncio.run(rooms.store.write(lambda ledger: ledger.tokens.put(token)))
        return text

    def _hide(self, ledger: Ledger) -> None:
        now = self.face.rooms.clock.now()
        triage = Triage(
            type=IncidentType.SECURITY, type_confidence=1, severity=Severity.SEV1, rule=CANARY, specialist="s"
        )
        restriction = first_restriction(IncidentType.SECURITY, (), SecurityRules(team=(INSIDER,)))
        assert restriction is not None
        for body in (
            Declared(title=CANARY, service=CANARY, reason=CANARY, started_at=now),
            Triaged(triage=triage),
            restriction,
            AlertJoined(alert_id="ALR-hidden", title=CANARY, reason=CANARY),
            UserReported(text=CANARY, origin=CANARY),
            RunStarted(run_id="R1", name=CANARY, team=CANARY, origin=CANARY, digest="d", plan={}, inputs={"a": CANARY}),
            ToolCalled(run_id="R1", step=CANARY, role="investigator", tool=CANARY, verdict="allowed", rule=CANARY),
        ):
            ledger.timeline.append(HIDDEN, body, actor="system", at=now)
        alert = Alert(
            id="ALR-hidden", source="s", fingerprint=CANARY, status=AlertStatus.FIRING, title=CANARY, received_at=now
        )
        ledger.alerts.put(KeptAlert(alert, "opened", CANARY, HIDDEN))
        kept = Evidence(
            id="EV-hidden",
            kind=EvidenceKind.ALERT,
            source="s",
            query="q",
            content=CANARY,
            sha256=digest(CANARY),
            collected_at=now,
        )
        ledger.evidence.put(HIDDEN, kept)
        ledger.outbox.put(Parcel("key-hidden", HIDDEN, "page", {"text": CANARY}))

    def speaks(self, token: str, *messages: tuple[str, dict[str, Any]]) -> list[str]:
        """What the MCP server answers to each message, as its bare text."""

        async def talk(client: httpx.AsyncClient) -> list[str]:
            async with mcp.opened(self.face.app.state.mcp):
                return [(await client.post(mcp.PATH, json=_rpc(*one))).text for one in messages]

        accept = "application/json, text/event-stream"
        said = self.face.talk(talk, authorization=f"Bearer {token}", accept=accept)
        assert isinstance(said, list)
        return said

    def operations(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        for path, verbs in self.spec["paths"].items():
            for verb, operation in verbs.items():
                yield verb.upper(), path, operation

    def asks(self, verb: str, path: str, operation: dict[str, Any], token: str) -> tuple[int, str]:
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        sent = json.dumps(self.least(body)).encode() if body else b""
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        answer = self.face.talk(lambda client: client.request(verb, path, content=sent), **headers)
        return answer.status_code, answer.text

    def least(self, schema: dict[str, Any]) -> Any:
        """The smallest body that a schema takes."""
        if "$ref" in schema:
            return self.least(self.spec["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][0]
        for several in ("anyOf", "oneOf", "allOf"):
            if several in schema:
                return self.least(schema[several][0])
        if schema.get("type") == "object":
            return {name: self.least(schema["properties"][name]) for name in schema.get("required", ())}
        simple = {"array": [], "integer": schema.get("minimum", 1), "number": 1, "boolean": True, "null": None}
        if schema.get("format") == "date-time":
            return "2026-11-21T03:04:05Z"
        text = "0" * 64 if "0-9a-f" in schema.get("pattern", "") else "some plain words"
        return simple.get(schema.get("type", ""), text)


def _rpc(method: str, params: dict[str, Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


@pytest.fixture(scope="module")
def matrix() -> Matrix:
    return Matrix()


def on(path: str, incident: str) -> str:
    """A path with its names filled in."""
    for name in (
        "action_id",
        "hypothesis_id",
        "line_id",
        "evidence_id",
        "which",
        "update_id",
        "item_id",
        "delivery_id",
    ):
        path = path.replace(f"{{{name}}}", "NAME-1")
    return path.replace("{incident_id}", incident)


def test_every_route_about_an_incident_answers_as_if_there_were_none_whatever_role_asks(matrix: Matrix) -> None:
    asked = 0
    for verb, path, operation in matrix.operations():
        if "{incident_id}" not in path:
            continue
        for caller, token in matrix.callers.items():
            hidden = matrix.asks(verb, on(path, HIDDEN), operation, token)
            absent = matrix.asks(verb, on(path, ABSENT), operation, token)
            assert hidden[0] == absent[0], (caller, verb, path, hidden, absent)
            assert hidden[1].replace(HIDDEN, ABSENT) == absent[1], (caller, verb, path)
            assert hidden[0] in (403, 404, 422), (caller, verb, path, hidden)
            asked += 1
    assert asked > 150


def test_whoever_is_inside_does_find_it_so_the_question_was_a_real_one(matrix: Matrix) -> None:
    for path in ("", "/document", "/actions", "/events?after=99"):
        if path.startswith("/events"):
            continue  # a stream does not end by itself
        answer = matrix.face.get(f"/api/incidents/{HIDDEN}{path}", authorization=f"Bearer {matrix.insider}")
        assert answer.status_code == 200
    assert CANARY in matrix.face.get("/api/incidents", authorization=f"Bearer {matrix.insider}").text


def test_no_list_figure_or_single_thing_has_a_trace_of_it(matrix: Matrix) -> None:
    asked = 0
    for verb, path, operation in matrix.operations():
        if "{incident_id}" in path or (verb != "GET" and "tools" not in path):
            continue
        filled = path.replace("{evidence_id}", "EV-hidden")
        for caller, token in matrix.callers.items():
            for query in ("", f"?incident={HIDDEN}"):
                _, text = matrix.asks(verb, filled + query, operation, token)
                assert CANARY not in text, (caller, verb, path)
                assert HIDDEN not in text, (caller, verb, path)
                asked += 1
    assert asked > 50
    gauge = 'tocsin_incidents_open{severity="SEV1"} '
    seen = {
        token: next(
            line
            for line in matrix.face.get("/metrics", authorization=f"Bearer {token}").text.splitlines()
            if line.startswith(gauge)
        )
        for token in (matrix.callers["everything"], matrix.insider)
    }
    assert [line.removeprefix(gauge) for line in seen.values()] == ["0.0", "1.0"]


def test_a_run_of_it_is_no_run_by_whatever_name_and_in_no_list(matrix: Matrix) -> None:
    for caller, token in matrix.callers.items():
        answers = [
            matrix.face.get(f"/api/runs/{name}", authorization=f"Bearer {token}").text
            for name in (f"{HIDDEN}:R1", f"{ABSENT}:R1", CANARY, "nothing")
        ]
        assert answers[0].replace(HIDDEN, ABSENT) == answers[1], caller
        assert answers[2].replace(CANARY, "nothing") == answers[3], caller
    assert matrix.face.get(f"/api/runs/{HIDDEN}:R1", authorization=f"Bearer {matrix.insider}").status_code == 200
    assert CANARY in matrix.face.get("/api/runs", authorization=f"Bearer {matrix.insider}").text


def test_the_mcp_server_answers_as_if_there_were_none_by_every_tool_and_resource(matrix: Matrix) -> None:
    (listed,) = matrix.speaks(matrix.insider, ("tools/list", {}))
    tools = {one["name"]: one["inputSchema"] for one in json.loads(listed)["result"]["tools"]}
    for caller, token in [*matrix.callers.items(), ("insider", matrix.insider)]:
        about, lists = [], []
        for name, schema in tools.items():
            least = {one: matrix.least(schema["properties"][one]) for one in schema.get("required", ())}
            named = next((one for one in ("incident_id", "incidentId") if one in schema["properties"]), "")
            if named:
                about += [("tools/call", {"name": name, "arguments": least | {named: one}}) for one in (HIDDEN, ABSENT)]
            elif name not in PLAIN_TOOLS:
                asked = least | ({"source": "pagerduty", "query": CANARY} if "query" in least else {})
                lists.append(("tools/call", {"name": name, "arguments": asked}))
        for kind in ("documents", "incidents"):
            about += [("resources/read", {"uri": f"tocsin://{kind}/{one}"}) for one in (HIDDEN, ABSENT)]
        said = matrix.speaks(token, *about, *lists)
        if caller == "insider":
            assert CANARY in said[len(about) - 2]
            assert CANARY in said[len(about)]
            continue
        for hidden, absent in zip(said[: len(about) : 2], said[1 : len(about) : 2], strict=True):
            assert "error" in hidden.lower(), (caller, hidden)
            assert hidden.replace(HIDDEN, ABSENT) == absent, caller
        shown = "".join(said[len(about) :]).replace(f'\\"query\\": \\"{CANARY}', "")
        assert CANARY not in shown and HIDDEN not in shown, (caller, shown)
        assert '\\"incidents\\": 0, \\"alerts\\": 0' in shown or "TCS-DENIED" in shown, (caller, shown)


def test_whoever_hands_in_an_alert_that_belongs_to_it_learns_that_it_was_taken_and_no_more(matrix: Matrix) -> None:
    store, now = matrix.face.rooms.store, matrix.face.rooms.clock.now()
    handed = ("tools/call", {"name": "respond_to_alert", "arguments": {"alert": TWIN, "source": "s"}})
    dead = Delivery(id="DLV-dead", source="s", received_at=now, body=TWIN.encode())
    for caller in ("responder", "everything", "program"):
        (said,) = matrix.speaks(matrix.callers[caller], handed)
        assert "taken" in said, said
        assert HIDDEN not in said, said
    asyncio.run(store.write(lambda ledger: ledger.deliveries.put(KeptDelivery(dead, "dead", {"code": "TCS-X"}))))
    again = matrix.face.post("/api/deadletters/DLV-dead/replay", {}, authorization=f"Bearer {matrix.callers['admin']}")
    assert again.json()["alerts"][0]["disposition"] == "taken"
    assert HIDDEN not in again.text
    (said,) = matrix.speaks(matrix.insider, handed)
    assert HIDDEN in said


def test_a_stream_that_was_open_falls_silent_when_its_incident_is_restricted(matrix: Matrix) -> None:
    viewer = Principal(id="viewer@example.com", roles=frozenset({Role.VIEWER}))
    whole = matrix.face.rooms
    seen = whole.seen_by(viewer)

    async def listen() -> list[bytes]:
        frames = follow(seen, "INC-1", 0)
        heard = [await anext(frames) for _ in range(4)]  # the greeting and the three events of that incident
        body = RestrictionSet(restricted=True, people=(INSIDER,), reason="an insider may be involved")
        now = whole.clock.now()
        for one in (body, Noted(text=CANARY)):
            await whole.store.write(lambda ledger, b=one: ledger.timeline.append("INC-1", b, actor="system", at=now))
        seen.stopping.set()
        return heard + [frame async for frame in frames]

    heard = b"".join(asyncio.run(listen()))
    assert b"event: declared" in heard
    assert b"restriction_set" not in heard
    assert CANARY.encode() not in heard
