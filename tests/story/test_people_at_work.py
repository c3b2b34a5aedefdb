"""People at work through the face: their acts reach the timeline and wake the response, refusals leave nothing, tokens say who."""

import asyncio
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.face_house import TOKEN, House
from typer.testing import CliRunner

from tocsin.cli import cli
from tocsin.errors import DataError, Denied, NotNow, SourceError
from tocsin.guard import tokens
from tocsin.model.event import Event
from tocsin.model.identity import Role
from tocsin.stages import people


class Office(House):
    """A house with people who hold tokens."""

    def __init__(self, *, token: str = "", **serve: Any) -> None:
        super().__init__(token=token, **serve)
        self.ada = self.badge("ada@example.com", Role.COMMANDER)
        self.bob = self.badge("bob@example.com", Role.RESPONDER)
        self.eve = self.badge("eve@example.com", Role.VIEWER)

    def badge(self, person: str, *roles: Role, days: int = 90) -> dict[str, str]:
        text, kept = tokens.mint(self.hands.new("TOK"), person, roles, self.hands.now(), days)
        asyncio.run(self.rooms.store.write(lambda ledger: ledger.tokens.put(kept)))
        return {"authorization": f"Bearer {text}"}

    def declared(self, **headers: str) -> str:
        answer = self.post("/api/incidents", {"title": "Checkout is down", "severity": "SEV2"}, **(headers or self.ada))
        assert answer.status_code == 201, answer.text
        return answer.json()["incident"]

    def events(self, incident: str) -> list[Event]:
        return asyncio.run(self.rooms.store.read(lambda ledger: ledger.timeline.events(incident)))


ACTS: list[tuple[str, dict[str, Any] | None]] = [
    ("acknowledge", None),
    ("severity", {"severity": "SEV1", "reason": "all users"}),
    ("roles", {"seat": "commander"}),
    ("roles", {"seat": "communications_lead", "person": "ann@example.com"}),
    ("notes", {"text": "graphs are flat"}),
    ("hypotheses", {"text": "the pool is full"}),
    ("lines", {"question": "who holds the connections?"}),
    ("next-action", {"text": "roll back", "owner": "bob@example.com"}),
    ("mitigated", {"text": "rolled back"}),
    ("all-clear", {"cause": "a leak", "fix": "the rollback"}),
    ("reopen", {"reason": "it is back"}),
    ("close", {"reason": "a drill"}),
]


def test_what_people_do_reaches_the_timeline_in_their_name_and_wakes_the_response() -> None:
    office = Office(token=TOKEN)
    incident = office.declared()
    for path, body in ACTS:
        office.responded.clear()
        answer = office.post(f"/api/incidents/{incident}/{path}", body, **office.ada)
        assert answer.status_code == 200, (path, answer.text)
        assert answer.json()["events"], path
        assert office.responded == [incident]
    told = office.get(f"/api/incidents/{incident}", **office.eve).json()["timeline"]
    assert {one["actor"] for one in told} == {"person:ada@example.com"}
    kinds = [one["body"]["kind"] for one in told]
    assert kinds[2:5] == ["acknowledged", "severity_changed", "seat_taken"]
    assert kinds[-3:] == ["resolved", "reopened", "closed"]


def test_a_denied_act_leaves_nothing_and_wakes_nobody() -> None:
    office = Office(token=TOKEN)
    incident = office.declared()
    before = office.events(incident)
    office.responded.clear()
    for path, body in ACTS:
        answer = office.post(f"/api/incidents/{incident}/{path}", body, **office.eve)
        assert answer.status_code == 403, path
        assert set(answer.json()) == {"code", "what", "do"}
    for path in ("all-clear", "close", "roles"):
        body = dict(ACTS)[path]
        assert office.post(f"/api/incidents/{incident}/{path}", body, **office.bob).status_code == 403
    assert office.post("/api/incidents", {"title": "mine"}, **office.eve).status_code == 403
    assert office.events(incident) == before
    assert office.responded == []


def test_an_idea_and_a_line_are_named_in_the_answer_and_can_be_ended_by_that_name() -> None:
    office = Office(token=TOKEN)
    incident = office.declared()
    where = f"/api/incidents/{incident}"
    idea = office.post(f"{where}/hypotheses", {"text": "the disk"}, **office.bob).json()["events"][0]["body"]
    line = office.post(f"{where}/lines", {"question": "free?"}, **office.bob).json()["events"][0]["body"]
    ruled = office.post(f"{where}/hypotheses/{idea['hypothesis_id']}/rule-out", {"reason": "40% free"}, **office.bob)
    ended = office.post(f"{where}/lines/{line['line_id']}/end", {"finding": "yes"}, **office.bob)
    assert (ruled.status_code, ended.status_code) == (200, 200)
    assert office.post(f"{where}/lines/{line['line_id']}/end", {}, **office.bob).status_code == 409
    assert office.post(f"{where}/hypotheses/none/rule-out", {"reason": "x"}, **office.bob).status_code == 404


def test_merging_wakes_both_incidents() -> None:
    office = Office(token=TOKEN)
    one, other = office.declared(), office.declared()
    office.responded.clear()
    answer = office.post(f"/api/incidents/{one}/merge", {"into": other, "reason": "one outage"}, **office.ada)
    assert answer.json()["state"] == "closed"
    assert office.responded == [one, other]
    assert office.get(f"/api/incidents/{other}", **office.ada).json()["incident"]["alert_ids"][1:]


# Sent again ----------------------------------------------------------------------------------------------------------


def test_a_request_sent_again_under_its_key_does_nothing_again_and_answers_the_same() -> None:
    office = Office(token=TOKEN)
    key = {"idempotency-key": "k1"}
    first = office.post("/api/incidents", {"title": "down"}, **office.bob, **key)
    again = office.post("/api/incidents", {"title": "down"}, **office.bob, **key)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    other = office.post("/api/incidents", {"title": "up"}, **office.bob, **key)
    assert (other.status_code, other.json()["code"]) == (422, "TCS-ACT-KEY")
    hers = office.post("/api/incidents", {"title": "down"}, **office.ada, **key)
    assert hers.json()["incident"] != first.json()["incident"]
    assert len(office.get("/api/incidents", **office.bob).json()["incidents"]) == 2


def test_a_key_is_forgotten_after_a_day_and_a_refusal_is_never_kept() -> None:
    office = Office(token=TOKEN)
    incident = office.declared()
    key = {"idempotency-key": "k1"}
    path = f"/api/incidents/{incident}/acknowledge"
    assert office.post(path, None, **office.eve, **key).status_code == 403
    assert office.post(path, None, **office.bob, **key).status_code == 200
    assert office.post(path, None, **office.bob, **key).status_code == 200
    office.hands.time += timedelta(hours=24, seconds=1)
    assert office.post(path, None, **office.bob, **key).status_code == 409
    assert len([one for one in office.events(incident) if one.body.kind == "acknowledged"]) == 1


def test_a_key_of_unprintable_or_endless_text_is_refused() -> None:
    office = Office(token=TOKEN)
    for key in ("k" * 201, "a b"):
        answer = office.post("/api/incidents", {"title": "down"}, **office.bob, **{"idempotency-key": key})
        assert answer.status_code == 422


# Who asks ------------------------------------------------------------------------------------------------------------


def test_a_token_that_is_unknown_revoked_or_over_opens_nothing() -> None:
    office = Office(token=TOKEN)
    late = office.badge("ann@example.com", Role.ADMIN, days=1)
    gone = office.badge("ann@example.com", Role.ADMIN)
    (token_id,) = [
        one.id
        for one in asyncio.run(office.rooms.store.read(lambda ledger: ledger.tokens.all()))
        if one.sha256 == tokens.digest(gone["authorization"].removeprefix("Bearer "))
    ]
    for works in (late, gone):
        assert office.get("/api/incidents", **works).status_code == 200
    asyncio.run(office.rooms.store.write(lambda ledger: ledger.tokens.revoke(token_id, office.hands.now())))
    office.hands.time += timedelta(days=1)
    for sent in (late, gone, {}, {"authorization": "Bearer tcs_" + "0" * 64}, {"authorization": "Basic YTpi"}):
        answer = office.get("/api/incidents", **sent)
        assert (answer.status_code, answer.json()["code"]) == (401, "TCS-AUTH-401")
        assert answer.headers["www-authenticate"] == "Bearer"


def test_without_a_token_set_this_machine_is_the_local_operator_but_a_wrong_token_is_nobody() -> None:
    office = Office()
    incident = office.declared()
    answer = office.post(f"/api/incidents/{incident}/acknowledge", None)
    assert answer.json()["events"][0]["actor"] == "person:local-operator"
    assert office.get("/api/incidents", authorization="Bearer tcs_wrong").status_code == 401
    assert office.post(f"/api/incidents/{incident}/notes", {"text": "x"}, **office.bob).status_code == 200


def test_the_services_own_token_reads_and_responds_and_says_that_it_is_no_person() -> None:
    office = Office(token=TOKEN)
    incident = office.declared()
    service = {"authorization": f"Bearer {TOKEN}"}
    answer = office.post(f"/api/incidents/{incident}/notes", {"text": "from chat"}, **service)
    assert answer.json()["events"][0]["actor"] == "service:serve.token"
    for path in ("acknowledge", "all-clear", "close"):
        assert office.post(f"/api/incidents/{incident}/{path}", dict(ACTS)[path], **service).status_code == 403
    no_owner = office.post(f"/api/incidents/{incident}/next-action", {"text": "look"}, **service)
    assert (no_owner.status_code, no_owner.json()["code"]) == (422, "TCS-ACT-WHO")


def test_to_silence_and_to_replay_takes_an_administrator() -> None:
    office = Office(token=TOKEN)
    admin = office.badge("root@example.com", Role.ADMIN)
    silence = {"matchers": ["service=shop"], "ends_at": "2030-01-05T22:00:00Z", "reason": "move", "created_by": "ada"}
    assert office.post("/api/silences", silence, **office.ada).status_code == 403
    made = office.post("/api/silences", silence, **admin)
    assert made.status_code == 201
    gone = office.talk(lambda client: client.delete(f"/api/silences/{made.json()['id']}"), **office.bob)
    assert gone.status_code == 403
    assert office.post("/api/deadletters/DLV-none/replay", None, **office.ada).status_code == 403
    assert office.post("/api/deadletters/DLV-none/replay", None, **admin).status_code == 404


def test_the_last_use_of_a_token_is_known_to_ten_minutes_without_a_write_for_each_call() -> None:
    office = Office(token=TOKEN)
    seen = []
    for minutes in (0, 5, 6):
        office.hands.time += timedelta(minutes=minutes)
        office.get("/api/incidents", **office.bob)
        seen.append(
            next(
                one.last_used_at
                for one in asyncio.run(office.rooms.store.read(lambda ledger: ledger.tokens.all()))
                if one.person == "bob@example.com"
            )
        )
    assert seen[0] == seen[1] == seen[2] - timedelta(minutes=11)


def test_a_stranger_cannot_make_the_service_read_an_endless_body() -> None:
    office = Office(token=TOKEN, max_body_bytes=10_000)
    sent = []

    async def endless() -> Any:
        for _ in range(1000):
            sent.append(1)
            yield b" " * 1000

    answer = office.talk(
        lambda client: client.post("/api/incidents", content=endless()), **{"content-type": "application/json"}
    )
    assert answer.status_code in (400, 413)
    assert len(sent) < 20
    large = {"title": "x" * 20_000}
    assert office.post("/api/incidents", large, **office.ada).status_code in (400, 413)


# The live document ---------------------------------------------------------------------------------------------------


def test_the_live_document_is_current_after_every_act() -> None:
    office = Office(token=TOKEN)
    incident = office.declared()
    where = f"/api/incidents/{incident}/document"
    assert office.get(where, **office.eve).json()["people"] == []
    for path, body in ACTS[:9]:
        office.post(f"/api/incidents/{incident}/{path}", body, **office.ada)
    doc = office.get(where, **office.eve).json()
    assert [(one["seat"], one["person"]) for one in doc["people"]] == [
        ("commander", "ada@example.com"),
        ("communications_lead", "ann@example.com"),
    ]
    assert doc["theory"]["text"] == "the pool is full"
    assert doc["next_action"]["owner"] == "bob@example.com"
    assert [one["question"] for one in doc["lines"]] == ["who holds the connections?"]
    assert (doc["status"], doc["severity"]) == ("Monitoring", "SEV1")
    assert len(doc["timeline"]) == len(office.events(incident))
    markdown = office.get(f"{where}?format=markdown", **office.eve)
    assert markdown.headers["content-type"].startswith("text/markdown")
    assert "**Next action:** roll back" in markdown.text
    assert office.get("/api/incidents/INC-none/document", **office.eve).status_code == 404


# The command line ----------------------------------------------------------------------------------------------------


def test_every_act_has_one_route_with_the_same_ask() -> None:
    paths = Office().get("/openapi.json").json()["paths"]
    routes = {
        re.sub(
            r"\{(?!incident_id)\w+\}", "{which}", path.removeprefix("/api/incidents").removeprefix("/{incident_id}")
        ): one
        for path, one in paths.items()
        if path.startswith("/api/incidents") and "post" in one
    }
    acts = {act.path: act for act in (*people.ACTS.values(), *people.PRACTICE.values())}
    ours = {path: one["post"] for path, one in routes.items() if "acts" in one["post"].get("tags", [])}
    assert ours.keys() == acts.keys()
    for path, act in acts.items():
        body = ours[path].get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        assert body.get("$ref", "").rpartition("/")[2] == (act.ask.__name__ if act.ask else "")


@pytest.fixture
def typed(tmp_path, monkeypatch):
    """Types a command in an empty folder; the JSON it printed, or its error."""
    monkeypatch.chdir(tmp_path)
    for name in ("TOCSIN_URL", "TOCSIN_TOKEN", "TOCSIN_CONFIG"):
        monkeypatch.delenv(name, raising=False)

    def command(*words: str) -> Any:
        result = CliRunner().invoke(cli, [*words, "--json"])
        if result.exception is not None:
            raise result.exception
        return json.loads(result.stdout)

    return command


def walk_through(typed: Any) -> list[str]:
    """One incident by the verbs alone; the kinds of its events."""
    incident = typed("declare", "Checkout is down", "--service", "shop", "--severity", "SEV2")["incident"]
    typed("ack", incident)
    typed("severity", incident, "sev1", "--reason", "all users")
    typed("assign", incident, "commander", "dan@example.com")
    typed("assign", incident, "communications-lead", "ann@example.com")
    idea = typed("hypothesis", incident, "the disk")["events"][0]["body"]["hypothesis_id"]
    typed("rule-out", incident, idea, "--reason", "40% free")
    line = typed("line", incident, "who?", "--owner", "bob", "--minutes", "5")["events"][0]["body"]["line_id"]
    typed("line", incident, "--end", line, "--finding", "a batch job")
    typed("next", incident, "stop it", "--owner", "bob")
    typed("note", incident, "it stopped")
    typed("mitigated", incident, "job stopped")
    typed("all-clear", incident, "--cause", "a batch job", "--fix", "stopped")
    typed("reopen", incident, "--reason", "it is back")
    other = typed("declare", "Checkout is slow")["incident"]
    typed("merge", other, incident, "--reason", "one outage")
    typed("close", incident, "--reason", "a drill")
    assert [one["id"] for one in typed("incidents", "--all")] == [other, incident]
    assert typed("incidents") == []
    doc = typed("show", incident)
    assert doc["hypotheses"][0]["ruled_out"]
    return [one["said"] for one in doc["timeline"]] + [doc["timeline"][0]["actor"]]


def test_every_verb_works_on_the_local_store_as_the_local_operator(typed) -> None:
    said = walk_through(typed)
    assert said[-1] == "person:local-operator"
    assert any("handed over" in one or "dan@example.com is commander" in one for one in said)


def test_every_verb_works_at_a_service_as_the_person_of_the_token(typed, monkeypatch) -> None:
    office = Office(token=TOKEN)
    monkeypatch.setenv("TOCSIN_URL", "http://127.0.0.1:8080/")
    monkeypatch.setenv("TOCSIN_TOKEN", office.ada["authorization"].removeprefix("Bearer "))
    monkeypatch.setattr("httpx.request", over(office))
    assert walk_through(typed)[-1] == "person:ada@example.com"


def test_a_services_refusal_is_the_same_error_that_the_local_store_gives(typed, monkeypatch) -> None:
    office = Office(token=TOKEN)
    incident = office.declared()
    monkeypatch.setenv("TOCSIN_URL", "http://127.0.0.1:8080")
    monkeypatch.setenv("TOCSIN_TOKEN", office.eve["authorization"].removeprefix("Bearer "))
    monkeypatch.setattr("httpx.request", over(office))
    with pytest.raises(Denied, match=r"eve@example\.com"):
        typed("ack", incident)
    monkeypatch.setenv("TOCSIN_TOKEN", office.ada["authorization"].removeprefix("Bearer "))
    typed("ack", incident)
    with pytest.raises(NotNow, match="acknowledged it"):
        typed("ack", incident)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("note", "INC-1", ""), "text: must not be empty."),
        (("severity", "INC-1", "SEV9", "--reason", "x"), "severity: must be 'SEV1', 'SEV2', 'SEV3' or 'SEV4'."),
        (("stop", "on"), "reason: must have at least 3 characters."),
        (("line", "INC-1", "who?", "--minutes", "0"), "minutes: must be greater than or equal to 1."),
        (("assign", "INC-1", "scribe", "bob smith"), "person: 'bob smith' is not one person's name."),
    ],
)
def test_a_slip_on_the_command_line_is_told_in_plain_words(typed, words, said) -> None:
    with pytest.raises(DataError) as slip:
        typed(*words)
    assert slip.value.what == said


def test_a_slip_in_a_request_is_told_in_plain_words() -> None:
    office = Office(token=TOKEN)
    path = f"/api/incidents/{office.declared()}/severity"
    for body, said in ({"severity": "SEV1"}, "body.reason: is missing"), ({"x": 1}, "body.severity: is missing"):
        assert office.post(path, body, **office.ada).json()["what"] == said


def test_on_a_narrow_terminal_nothing_of_a_list_is_cut_off(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    config = tmp_path / "tocsin.yaml"
    config.write_text(f"store: {{ url: 'sqlite:///{tmp_path}/t.db' }}\n")

    def told(*words: str) -> str:
        return CliRunner().invoke(cli, [*words, "--config", str(config)], env={"COLUMNS": "80"}).output

    told("declare", "Checkout answers 500 for everybody in every shop", "--service", "checkout", "--severity", "SEV2")
    told("token", "create", "communicator@example.com", "--role", "communicator")
    listed = told("incidents")
    assert "SEV2  declared" in listed
    assert "checkout: Checkout" in listed
    assert "…" not in listed + told("token", "list")


def test_an_answer_that_was_lost_on_the_way_is_asked_for_again_and_done_once(typed, monkeypatch) -> None:
    import httpx

    office = Office(token=TOKEN)
    send, lost = over(office), []

    def flaky(*arguments: Any, **named: Any) -> Any:
        answer = send(*arguments, **named)
        if not lost:
            lost.append(answer)
            raise httpx.ReadTimeout("lost")
        return answer

    monkeypatch.setenv("TOCSIN_URL", "http://127.0.0.1:8080")
    monkeypatch.setenv("TOCSIN_TOKEN", office.bob["authorization"].removeprefix("Bearer "))
    monkeypatch.setattr("httpx.request", flaky)
    done = typed("declare", "Checkout is down")
    assert done == lost[0].json()
    assert len(typed("incidents")) == 1


def test_a_service_that_is_not_there_or_is_no_tocsin_is_said_so(typed, monkeypatch) -> None:
    import httpx

    monkeypatch.setenv("TOCSIN_URL", "http://127.0.0.1:8080")
    monkeypatch.setattr("httpx.request", lambda *_, **__: httpx.Response(502, text="<html>bad gateway</html>"))
    with pytest.raises(SourceError, match="502"):
        typed("incidents")

    def gone(*_: Any, **__: Any) -> Any:
        raise httpx.ConnectError("refused")

    monkeypatch.setattr("httpx.request", gone)
    with pytest.raises(SourceError, match="does not answer"):
        typed("ack", "INC-1")


def test_a_secret_that_somebody_pastes_never_reaches_the_timeline(typed) -> None:
    secret = "ghp_" + "a1B2c3D4e5" * 4
    incident = typed("declare", f"login fails with {secret}", "--description", f"token {secret}")["incident"]
    typed("note", incident, f"I used {secret} and it works")
    typed("next", incident, f"revoke {secret}")
    typed("hypothesis", incident, f"{secret} was leaked")
    typed("close", incident, "--reason", f"{secret} is a test key")
    assert secret not in json.dumps(typed("show", incident))
    assert "<secret:" in json.dumps(typed("show", incident))
    for kept in Path().iterdir():  # the database and its journal
        assert secret.encode() not in kept.read_bytes(), kept


def test_tokens_are_made_listed_and_revoked_from_the_command_line_and_never_shown_again(typed) -> None:
    made = typed("token", "create", "Ada@example.com", "--role", "commander", "--role", "approver", "--days", "7")
    assert made["person"] == "ada@example.com"
    (listed,) = typed("token", "list")
    assert made["token"] not in json.dumps(listed)
    assert (listed["status"], sorted(listed["roles"])) == ("live", ["approver", "commander"])
    assert CliRunner().invoke(cli, ["token", "revoke", made["id"]]).exit_code == 0
    assert typed("token", "list")[0]["status"] == "revoked"


def test_what_the_world_wrote_cannot_paint_the_terminal(typed) -> None:
    incident = typed("declare", "down \x1b[31m[bold red]x[/]", "--service", "shop")["incident"]
    for verb in (("show", incident), ("incidents",), ("note", incident, "\x1b]0;owned\x07 seen")):
        shown = CliRunner().invoke(cli, list(verb))
        assert shown.exit_code == 0
        assert "\x1b" not in shown.stdout
        assert "\x07" not in shown.stdout
    assert "[bold red]x[/]" in CliRunner().invoke(cli, ["show", incident]).stdout


def over(office: Office) -> Any:
    """httpx.request, into the application of that house."""

    def send(verb: str, url: str, *, json: Any = None, headers: Any = None, timeout: float = 0) -> Any:
        assert url.startswith("http://127.0.0.1:8080/api/")
        path = url.removeprefix("http://127.0.0.1:8080")
        return office.talk(lambda client: client.request(verb, path, json=json), **(headers or {}))

    return send
