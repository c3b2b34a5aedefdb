"""A maintenance window from plan to end: told in approved words only, by the clock, and quiet for all but intruders."""

import asyncio
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import feedparser
import httpx
import pytest
from tests.face_house import TOKEN, House
from tests.status_house import NOW, SHOP
from tests.story.test_subscriptions import Town
from typer.testing import CliRunner

from tocsin.cli import cli
from tocsin.errors import SourceError
from tocsin.guard import tokens
from tocsin.guard.policy import InForce, Policy
from tocsin.model.action import Mode
from tocsin.model.identity import Role
from tocsin.model.update import Audience
from tocsin.stages.communicate import Desk, MessageSettings

WORDS = "Reports may be up to ten minutes old."
START, END = NOW + timedelta(hours=2), NOW + timedelta(hours=4)


class Office:
    """The API of those who plan, and the page of those who read, over one store and one clock."""

    def __init__(self, mode: Mode = Mode.PROPOSE) -> None:
        self.town, self.house = Town(), House(token=TOKEN)
        rooms = self.house.rooms
        rooms.store, rooms.clock, rooms.catalogue = self.town.store, self.town.clock, SHOP
        rooms.messages = Desk(catalogue=SHOP, law=InForce(Policy(mode=mode), "test"))
        self.bearers = {role: self._token(role) for role in Role}

    def _token(self, role: Role) -> str:
        text, kept = tokens.mint(f"TOK-{role}", f"{role}@example.com", [role], NOW, 90)
        asyncio.run(self.town.store.write(lambda ledger: ledger.tokens.put(kept)))
        return text

    def asks(self, path: str, body: Any = None, by: Role = Role.COMMUNICATOR, **headers: str) -> httpx.Response:
        sent = {"authorization": f"Bearer {self.bearers[by]}", **headers}
        where = f"/api/maintenances{path}"
        return self.house.get(where, **sent) if body is None else self.house.post(where, body, **sent)

    def plans(self, by: Role = Role.RESPONDER, **fields: Any) -> str:
        plan = {"title": "Database upgrade", "text": WORDS, "components": ["Reports"]}
        times = {"starts_at": START.isoformat(), "ends_at": END.isoformat()}
        answer = self.asks("", {**plan, **times, **fields}, by=by)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["window"]["id"])

    def approves(self, window: str, which: str = "PLAN", by: Role = Role.COMMUNICATOR, **ask: Any) -> httpx.Response:
        waiting = {one["which"]: one["digest"] for one in self.asks(f"/{window}").json()["waiting"]}
        return self.asks(f"/{window}/approve", {"which": which, "digest": waiting[which], **ask}, by=by)

    def planned(self, **fields: Any) -> str:
        window = self.plans(**fields)
        assert self.approves(window).status_code == 200
        return window

    def at(self, moment: datetime) -> None:
        """The time comes, the rounds are made, the post is brought."""
        self.town.clock.time = moment
        asyncio.run(self.house.rounds.tick(moment))
        self.town.brings()
        self.town.brings()

    def window(self, path: str = "scheduled-maintenances.json") -> dict[str, Any]:
        (found,) = self.town.get(f"/api/v2/{path}").json()["scheduled_maintenances"]
        assert isinstance(found, dict)
        return found

    def alerts(self, *items: dict[str, Any]) -> list[dict[str, Any]]:
        answer = self.house.post("/hooks/ours", list(items), authorization=f"Bearer {TOKEN}")
        assert answer.is_success, answer.text
        found = answer.json()["alerts"]
        assert isinstance(found, list)
        return found


@pytest.fixture
def office() -> Office:
    return Office()


def test_customers_read_a_window_only_once_a_person_said_yes_to_exactly_its_words(office: Office) -> None:
    window = office.plans()
    assert "Database upgrade" not in office.town.get("/status").text
    digest = office.asks(f"/{window}").json()["waiting"][0]["digest"]
    for role in (Role.VIEWER, Role.RESPONDER, Role.COMMANDER, Role.APPROVER):
        assert office.approves(window, by=role).status_code == 403
    service = office.house.post(
        f"/api/maintenances/{window}/approve", {"digest": digest}, authorization=f"Bearer {TOKEN}"
    )
    assert service.status_code == 403
    assert office.asks(f"/{window}/reword", {"title": "Database move"}).status_code == 200
    changed = office.asks(f"/{window}/approve", {"digest": digest})
    assert (changed.status_code, changed.json()["code"]) == (409, "TCS-MSG-CHANGED")
    assert office.approves(window).status_code == 200
    office.town.later(seconds=2)
    assert "Database move" in office.town.get("/status").text
    assert office.asks(f"/{window}/reword", {"title": "Another"}).json()["code"] == "TCS-MSG-OUT"
    deeds = office.asks(f"/{window}").json()["window"]["deeds"]
    assert [(one["by"], one["what"].split()[0]) for one in deeds] == [
        ("person:responder@example.com", "scheduled"),
        ("person:communicator@example.com", "reworded"),
        ("person:communicator@example.com", "approved"),
    ]


def test_a_plan_that_nobody_approves_is_called_to_mind_before_its_start_and_said_to_have_lapsed_after_it() -> None:
    office = Office()
    served = MessageSettings(audiences={Audience.INTERNAL: ("chat",)})
    desk = office.house.rooms.messages = replace(office.house.rooms.messages, settings=served)
    window = office.plans(by=Role.RESPONDER)

    def told(moment: datetime, mode: Mode = Mode.PROPOSE) -> list[str]:
        office.house.rooms.messages = replace(desk, law=InForce(Policy(mode=mode), "test"))
        for _ in range(2):
            office.town.clock.time = moment
            asyncio.run(office.house.rounds.tick(moment))
        parcels = asyncio.run(office.town.store.read(lambda ledger: ledger.outbox.undelivered(50, "")))
        return [one.payload["text"] for one in parcels if one.payload.get("channel") == "chat"]

    assert told(START - timedelta(minutes=61)) == []
    (reminder,) = told(START - timedelta(minutes=59))
    assert "begins at" in reminder
    assert f"tocsin maintenance approve {window}" in reminder
    assert "For responder@example.com and communications-lead." in reminder
    assert len(told(START + timedelta(minutes=1))) == 2
    shown = office.asks(f"/{window}").json()
    assert shown["lapsed"]
    assert [one["what"].split()[0] for one in shown["window"]["deeds"]] == ["scheduled", "reminded", "lapsed"]
    assert office.approves(window).json()["lapsed"] is False
    office.plans(starts_at=(START + timedelta(hours=3)).isoformat(), ends_at=(END + timedelta(hours=9)).isoformat())
    assert len(told(START + timedelta(hours=2, minutes=30), Mode.OBSERVE)) == 2


def test_subscribers_of_its_components_hear_of_each_turn_once(office: Office) -> None:
    office.town.joins("ada@example.org", component=["Reports"])
    office.town.joins("eve@example.org", component=["Search"])
    before = len(office.town.mailbox.letters)
    window = office.planned()
    office.at(NOW + timedelta(minutes=1))
    office.at(START + timedelta(seconds=5))
    office.at(START + timedelta(seconds=10))
    assert office.asks(f"/{window}/stage", {"to": "verifying"}).status_code == 200
    office.at(END + timedelta(seconds=5))
    letters = office.town.mailbox.letters[before:]
    assert {one.to for one in letters} == {"ada@example.org"}
    assert [one.subject.rpartition(": ")[2] for one in letters] == [
        "Scheduled",
        "In progress",
        "Verifying",
        "Completed",
    ]
    assert WORDS in letters[0].text
    assert "2026-11-21 05:40 UTC to 2026-11-21 07:40 UTC" in letters[0].text
    link = re.search(r"https://status.example.com(/status/maintenances/\S+)", letters[0].text)
    assert link
    assert "Database upgrade" in office.town.get(link[1]).text


def test_it_begins_is_checked_takes_longer_and_ends_where_all_can_read_it(office: Office) -> None:
    window = office.planned()
    office.at(START)
    assert office.window("scheduled-maintenances/active.json")["status"] == "in_progress"
    later = (END + timedelta(hours=1)).isoformat()
    assert office.asks(f"/{window}/extend", {"ends_at": later, "text": "Reports stay as they are."}).status_code == 200
    office.at(START + timedelta(minutes=1))
    assert "stay as they are" not in office.town.get("/status").text
    assert office.approves(window, "N1").status_code == 200
    assert office.asks(f"/{window}/notes", {"text": "Half of it is done."}).status_code == 200
    assert office.approves(window, "N2").status_code == 200
    office.at(END + timedelta(minutes=1))
    assert office.window()["status"] == "in_progress"
    assert office.asks(f"/{window}/stage", {"to": "verifying"}).status_code == 200
    office.at(END + timedelta(minutes=2))
    page = office.town.get("/status").text
    assert "Being checked" in page
    assert "It takes longer: until 2026-11-21 08:40 UTC." in page
    assert office.asks(f"/{window}/stage", {"to": "completed"}).status_code == 200
    office.at(END + timedelta(minutes=3))
    found = office.window()
    told = [one["status"] for one in reversed(found["incident_updates"])]
    assert told == ["scheduled", "in_progress", "in_progress", "in_progress", "verifying", "completed"]
    assert found["resolved_at"] == "2026-11-21T07:42:00.000Z"
    feed = feedparser.parse(office.town.get("/history.atom").content)
    assert not feed.bozo
    assert [one.title for one in feed.entries] == ["Maintenance: Database upgrade"]
    assert "Half of it is done." in feed.entries[0].content[0].value


def test_a_window_that_is_called_off_is_told_and_stays_readable_as_that(office: Office) -> None:
    office.town.joins("ada@example.org")
    window = office.planned()
    office.at(NOW + timedelta(minutes=1))
    assert office.asks(f"/{window}/cancel", {"reason": "the vendor is ill"}).status_code == 200
    office.at(NOW + timedelta(minutes=2))
    assert office.town.mailbox.letters[-1].subject.endswith("Database upgrade: Called off")
    assert (office.window()["status"], office.window()["impact"]) == ("completed", "maintenance")
    everything = "".join(
        office.town.get(path).text for path in ("/status", "/status/history", "/history.rss", "/api/v2/summary.json")
    )
    assert "Called off" in everything
    assert "the vendor is ill" not in everything
    office.at(START + timedelta(minutes=1))
    assert office.town.mailbox.letters[-1].subject.endswith("Called off")
    assert office.asks(f"/{window}/notes", {"text": "x"}).json()["code"] == "TCS-ACT-CLOSED"


def test_words_that_break_a_rule_are_held_until_somebody_sets_it_aside_for_a_reason(office: Office) -> None:
    window = office.plans(text="We move reports-internal to pay-gw-03.prod.example.com; reports may be old.")
    (waiting,) = office.asks(f"/{window}").json()["waiting"]
    assert "INTERNAL_DETAIL" in {one["code"] for one in waiting["violations"]}
    assert office.approves(window).json()["code"] == "TCS-MSG-WORDING"
    codes = [one["code"] for one in waiting["violations"]]
    assert office.approves(window, overridden=codes).json()["code"] == "TCS-MSG-REASON"
    assert office.approves(window, overridden=codes, reason="customers know that host").status_code == 200
    assert "customers know that host" in office.asks(f"/{window}").json()["window"]["deeds"][-1]["said"]


def test_its_alerts_open_nothing_meanwhile_are_kept_and_judged_again_when_it_is_over(office: Office) -> None:
    window = office.planned(by=Role.ADMIN, quiet=True)
    office.at(START)
    first, over, other = office.alerts(
        {"name": "ReportsLate", "service": "reports-internal"},
        {"name": "ReportsStale", "service": "reports-internal"},
        {"name": "SearchSlow", "service": "search-internal"},
    )
    assert [one["disposition"] for one in (first, over, other)] == ["silenced", "silenced", "opened"]
    assert first["reason"] == f"during maintenance {window} of Reports: Database upgrade"
    office.alerts({"name": "ReportsStale", "service": "reports-internal", "status": "resolved"})
    kept = office.house.get("/api/alerts?disposition=silenced", authorization=f"Bearer {TOKEN}").json()["alerts"]
    assert {one["alert"]["title"] for one in kept} == {"ReportsLate", "ReportsStale"}
    office.at(END + timedelta(seconds=1))
    alerts = office.house.get("/api/alerts", authorization=f"Bearer {TOKEN}").json()["alerts"]
    became = {one["alert"]["title"]: one["disposition"] for one in alerts if one["alert"]["status"] == "firing"}
    assert became == {"ReportsLate": "opened", "ReportsStale": "resolved", "SearchSlow": "opened"}


def test_an_intruder_waits_for_no_maintenance(office: Office) -> None:
    office.planned(by=Role.ADMIN, quiet=True)
    office.at(START)
    names = (
        "150 failed login attempts, 3 successful logins from same IP to different accounts",
        "Customer data exfiltrated from reports",
        "The admin account has been compromised",
    )
    for name in names:
        (one,) = office.alerts({"name": name, "service": "reports-internal"})
        assert one["disposition"] in ("opened", "joined"), one


@pytest.mark.parametrize("hours", [-1, 5])
def test_alerts_outside_its_hours_open_as_ever(office: Office, hours: float) -> None:
    office.planned(by=Role.ADMIN, quiet=True)
    office.at(START + timedelta(hours=hours))
    (one,) = office.alerts({"name": "ReportsLate", "service": "reports-internal"})
    assert one["disposition"] == "opened"


def test_a_plan_that_nobody_approved_keeps_nothing_quiet_and_quiet_takes_the_right_to_silence(office: Office) -> None:
    plan = {"title": "T", "text": WORDS, "components": ["Reports"], "quiet": True}
    times = {"starts_at": START.isoformat(), "ends_at": END.isoformat()}
    for role in (Role.RESPONDER, Role.COMMUNICATOR):
        assert office.asks("", {**plan, **times}, by=role).status_code == 403
    office.plans(by=Role.ADMIN, quiet=True)
    office.at(START)
    (one,) = office.alerts({"name": "ReportsLate", "service": "reports-internal"})
    assert one["disposition"] == "opened"


def test_in_mode_observe_customers_read_nothing_of_it() -> None:
    office = Office(mode=Mode.OBSERVE)
    office.town.joins("ada@example.org")
    before = len(office.town.mailbox.letters)
    office.planned()
    office.at(START)
    assert "Database upgrade" not in office.town.get("/status").text
    assert len(office.town.mailbox.letters) == before


def test_a_service_that_was_away_for_all_of_it_says_once_that_it_is_over(office: Office) -> None:
    office.town.joins("ada@example.org")
    office.planned()
    office.at(NOW + timedelta(minutes=1))
    before = len(office.town.mailbox.letters)
    office.at(END + timedelta(hours=3))
    assert [one.subject.rpartition(": ")[2] for one in office.town.mailbox.letters[before:]] == ["Completed"]


def test_a_request_that_is_sent_again_plans_one_window(office: Office) -> None:
    plan = {"title": "T", "text": WORDS, "components": ["Reports"]}
    body = {**plan, "starts_at": START.isoformat(), "ends_at": END.isoformat()}
    ids = {office.asks("", body, **{"idempotency-key": "one"}).json()["window"]["id"] for _ in range(2)}
    assert len(ids) == 1
    assert len(office.asks("").json()["maintenances"]) == 1


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"components": ["reports-internal"]}, 422),
        ({"ends_at": START.isoformat()}, 422),
        ({"starts_at": "2026-01-01T00:00:00Z", "ends_at": "2026-01-01T01:00:00Z"}, 422),
        ({"text": " "}, 422),
    ],
)
def test_a_plan_that_cannot_be_meant_is_refused_in_words(office: Office, fields: dict[str, Any], status: int) -> None:
    plan = {"title": "T", "text": WORDS, "components": ["Reports"]}
    body = {**plan, "starts_at": START.isoformat(), "ends_at": END.isoformat(), **fields}
    answer = office.asks("", body)
    assert answer.status_code == status
    assert answer.json()["what"]


TIMES = ("--start", START.isoformat(), "--end", END.isoformat())
VERBS: dict[str, tuple[str, ...]] = {
    "POST /api/maintenances": ("schedule", "T", *TIMES, "--component", "Reports", "--text", WORDS),
    "POST /api/maintenances/{window_id}/reword": ("reword", "MNT-1", "--title", "U"),
    "POST /api/maintenances/{window_id}/approve": ("approve", "MNT-1", "--yes"),
    "POST /api/maintenances/{window_id}/notes": ("note", "MNT-1", "Half of it is done."),
    "POST /api/maintenances/{window_id}/extend": ("extend", "MNT-1", *TIMES[2:], "--text", "It takes longer."),
    "POST /api/maintenances/{window_id}/stage": ("verify", "MNT-1"),
    "POST /api/maintenances/{window_id}/cancel": ("cancel", "MNT-1", "--reason", "why"),
    "GET /api/maintenances": ("list",),
}
"""What a person types for each route."""


def test_each_route_has_a_verb() -> None:
    paths = House(token=TOKEN).app.openapi()["paths"]
    routes = {
        f"{method.upper()} {path}"
        for path, methods in paths.items()
        for method, told in methods.items()
        if "maintenance" in told.get("tags", ())
    }
    assert routes - {"GET /api/maintenances/{window_id}"} == VERBS.keys()


@pytest.mark.parametrize("act", VERBS)
def test_a_verb_sends_what_it_stands_for_to_a_service(
    act: str, monkeypatch: pytest.MonkeyPatch, office: Office
) -> None:
    sent: list[str] = []
    listed = office.town.plans(2, approved_at=None)
    answer = office.asks("").text.replace(listed.id, "MNT-1")

    def request(method: str, url: str, **_: Any) -> httpx.Response:
        sent.append(f"{method} {httpx.URL(url).path}")
        reads = method == "GET" and act != "GET /api/maintenances"
        return httpx.Response(200, text=answer) if reads else httpx.Response(418, text="enough")

    monkeypatch.setattr("httpx.request", request)
    result = CliRunner().invoke(cli, ["maintenance", *VERBS[act], "--url", "http://127.0.0.1:1", "--token", "t"])
    assert isinstance(result.exception, SourceError), result.output
    assert re.fullmatch(re.sub(r"{\w+}", "[^/]+", act), sent[-1]), sent


@pytest.mark.parametrize(("verb", "to"), [("start", "in_progress"), ("verify", "verifying"), ("complete", "completed")])
def test_each_stage_has_a_verb_of_its_own(verb: str, to: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def request(method: str, url: str, json: Any = None, **_: Any) -> httpx.Response:
        asked.append(json)
        return httpx.Response(418, text="enough")

    monkeypatch.setattr("httpx.request", request)
    CliRunner().invoke(cli, ["maintenance", verb, "MNT-1", "--url", "http://127.0.0.1:1", "--token", "t"])
    assert asked == [{"to": to}]
