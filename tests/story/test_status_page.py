"""The status page as customers, browsers, feed readers and status page clients meet it: over HTTP, without a token."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest
from tests.face_house import TOKEN, House
from tests.status_house import MAJOR, NOW, StatusHouse

from tocsin.errors import StoreError
from tocsin.model.communication import UpdateRetracted

DOCUMENTS = (
    "summary.json",
    "status.json",
    "components.json",
    "incidents.json",
    "incidents/unresolved.json",
    "scheduled-maintenances.json",
    "scheduled-maintenances/upcoming.json",
    "scheduled-maintenances/active.json",
)
CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpora" / "statuspage"
PAGE = {"id", "name", "url", "time_zone", "updated_at"}
STATUS = {"indicator", "description"}
COMPONENT = {
    *("id", "name", "status", "created_at", "updated_at", "position", "description", "showcase", "start_date"),
    *("group_id", "page_id", "group", "only_show_if_degraded"),
}
INCIDENT = {
    *("id", "name", "status", "created_at", "updated_at", "monitoring_at", "resolved_at", "impact", "shortlink"),
    *("started_at", "page_id", "incident_updates", "components"),
}
UPDATE = {
    *("id", "status", "body", "incident_id", "created_at", "updated_at", "display_at", "affected_components"),
    *("deliver_notifications", "custom_tweet", "tweet_id"),
}
CHANGE = {"code", "name", "old_status", "new_status"}


@pytest.fixture
def house() -> StatusHouse:
    made = StatusHouse()
    made.a_night()
    return made


def v2(house: StatusHouse, path: str) -> dict[str, Any]:
    answer = house.get(f"/api/v2/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json; charset=utf-8")
    found = answer.json()
    assert isinstance(found, dict)
    return found


def test_customers_see_what_is_wrong_what_was_said_and_when_they_hear_again(house: StatusHouse) -> None:
    page = house.get("/status").text
    for words in (
        "Partial System Outage",
        "Issue with Payments and Checkout",
        "We are looking into failing payments.",
        "Some payments fail.",
        "corrected",
        "Next update by",
        "21 Nov 2026, 03:57 UTC",
        "Database upgrade",
        "Slow search",
    ):
        assert words in page
    assert page.index("<del>Most payments fail.</del>") > page.index("Some payments fail.")
    assert house.get("/").text == page


def test_the_page_reads_from_top_to_bottom_as_plain_text(house: StatusHouse) -> None:
    import re

    text = re.sub(r"<(style|title|svg).*?</\1>|<[^>]+>", " ", house.get("/status").text, flags=re.S)
    said = " ".join(text.split())
    order = ("Partial System Outage", "Current incident", "Identified", "Components", "Payments Partial outage", "Past")
    assert sorted(said.index(words) for words in order) == [said.index(words) for words in order]


def test_every_incident_and_window_has_an_address_that_stays(house: StatusHouse) -> None:
    first, again = v2(house, "incidents.json"), None
    house.later(minutes=5)
    again = v2(house, "incidents.json")
    assert [one["id"] for one in first["incidents"]] == [one["id"] for one in again["incidents"]]
    for one in (*again["incidents"], *v2(house, "scheduled-maintenances.json")["scheduled_maintenances"]):
        answer = house.get(one["shortlink"].removeprefix("https://status.example.com"))
        assert answer.status_code == 200
        assert one["name"] in answer.text
        assert "INC-" not in one["id"]
    assert house.get("/status/incidents/INC-1").status_code == 404
    assert "Slow search" in house.get("/status/history").text


def test_it_asks_for_no_token_and_has_nothing_else_on_it(house: StatusHouse) -> None:
    for path in ("/api/incidents", "/hooks/auto", "/docs", "/openapi.json", "/metrics", "/api/v2/secrets.json"):
        assert house.get(path).status_code == 404
    assert house.get("/healthz").text == "ok\n"


def test_beside_the_api_it_is_public_while_the_api_is_not() -> None:
    made = House(token=TOKEN, kiosk=True)
    assert made.get("/api/incidents").status_code == 401
    assert "All Systems Operational" in made.get("/status").text
    assert made.get("/api/v2/status.json").json()["status"]["indicator"] == "none"


def test_a_browser_that_has_it_is_told_so_until_something_changes(house: StatusHouse) -> None:
    first = house.get("/status")
    assert first.headers["cache-control"] == "public, max-age=15"
    etag = first.headers["etag"]
    house.later(seconds=30)
    same = house.get("/status", **{"if-none-match": f'"x", W/{etag}'})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", etag)
    house.publishes("INC-1", 9, "Monitoring", "A fix is in place.", 1)
    house.later(seconds=90)
    news = house.get("/status", **{"if-none-match": etag})
    assert news.status_code == 200
    assert "A fix is in place." in news.text


def test_no_script_and_nothing_from_elsewhere_may_run_on_it(house: StatusHouse) -> None:
    answer = house.get("/status")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self';")
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert "<script" not in answer.text
    assert " style=" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert house.get("/status.css").headers["cache-control"].endswith("immutable")
    assert house.get("/api/v2/status.json").headers["access-control-allow-origin"] == "*"


def test_words_that_look_like_markup_stay_words() -> None:
    made = StatusHouse(name="<b>Northwind</b>")
    made.publishes("INC-1", 2, "Investigating", "[Investigating] <img src=x onerror=alert(1)>\n</p><script>1</script>")
    for path in ("/status", "/status/history", "/history.atom", "/history.rss"):
        text = made.get(path).text
        assert "<script>" not in text
        assert "<img" not in text
    assert v2(made, "incidents.json")["incidents"][0]["incident_updates"][0]["body"] == "</p><script>1</script>"


def test_what_is_taken_back_is_gone_everywhere(house: StatusHouse) -> None:
    house.happens("INC-2", UpdateRetracted(update_id="U4", reason="it is slow again"), NOW + timedelta(minutes=1))
    house.later(minutes=2)
    everything = "".join(house.get(path).text for path in ("/status", "/history.atom", "/api/v2/incidents.json"))
    assert "as fast as ever" not in everything
    assert "slow again" not in everything
    assert {one["name"] for one in v2(house, "incidents/unresolved.json")["incidents"]} == {
        "Issue with Payments and Checkout",
        "Slow search",
    }


def test_a_store_that_is_away_leaves_the_page_as_it_was(house: StatusHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    before = house.get("/status").text

    async def away(work: object) -> object:
        raise StoreError("the store cannot be reached.")

    monkeypatch.setattr(house.store, "read", away)
    house.later(hours=1)
    assert house.get("/status").text == before


def test_clients_get_every_document_with_exactly_the_keys_they_know(house: StatusHouse) -> None:
    for path in DOCUMENTS:
        found = v2(house, path)
        assert set(found["page"]) == PAGE
        for one in found.get("components", []):
            assert set(one) == COMPONENT
        for one in found.get("incidents", []):
            assert set(one) == INCIDENT
            assert all(set(part) == COMPONENT for part in one["components"])
            assert all(set(said) == UPDATE for said in one["incident_updates"])
            assert all(
                set(change) == CHANGE for said in one["incident_updates"] for change in said["affected_components"]
            )
        for one in found.get("scheduled_maintenances", []):
            assert set(one) == INCIDENT | {"scheduled_for", "scheduled_until"}
    assert set(v2(house, "summary.json")) == {"page", "status", "components", "incidents", "scheduled_maintenances"}
    assert set(v2(house, "status.json")["status"]) == STATUS


@pytest.mark.parametrize("path", DOCUMENTS)
def test_the_shapes_are_those_of_captured_answers(house: StatusHouse, path: str) -> None:
    captured = CORPUS / path.replace("/", "_").replace("-", "_")
    if not captured.exists():
        pytest.skip("no captured answer of this document at hand")
    theirs = json.loads(captured.read_text())
    assert differences(theirs, v2(house, path)) == []


def differences(theirs: Any, ours: Any, where: str = "") -> list[str]:
    """Where keys or kinds of values differ; lists are compared by what is in them."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        missing = [f"{where}.{name}" for name in theirs.keys() ^ ours.keys()]
        return missing + [
            one
            for name in theirs.keys() & ours.keys()
            for one in differences(theirs[name], ours[name], f"{where}.{name}")
        ]
    if isinstance(theirs, list) and isinstance(ours, list):
        return [one for a in theirs[:1] for b in ours for one in differences(a, b, f"{where}[]")]
    same = theirs is None or ours is None or type(theirs) is type(ours)
    return [] if same else [f"{where}: {type(theirs).__name__} is {type(ours).__name__}"]


def test_clients_read_the_night_as_it_was_told(house: StatusHouse) -> None:
    summary = v2(house, "summary.json")
    assert summary["status"] == {"indicator": "major", "description": "Partial System Outage"}
    states = {one["name"]: one["status"] for one in summary["components"]}
    assert states == {
        "Payments": "partial_outage",
        "Checkout": "operational",
        "Search": "operational",
        "Reports": "operational",
    }
    (going,) = summary["incidents"]
    assert (going["status"], going["impact"], going["resolved_at"]) == ("identified", "critical", None)
    newest, oldest = going["incident_updates"]
    assert (newest["body"], newest["created_at"]) == ("Some payments fail.", "2026-11-21T03:17:00.000Z")
    assert newest["updated_at"] == "2026-11-21T03:23:00.000Z"
    changes = {one["name"]: (one["old_status"], one["new_status"]) for one in newest["affected_components"]}
    assert changes == {"Payments": (MAJOR, "partial_outage"), "Checkout": ("degraded_performance", "operational")}
    assert oldest["body"].startswith("We are looking into failing payments.")
    over = v2(house, "incidents.json")["incidents"][1]
    assert (over["status"], over["resolved_at"]) == ("resolved", "2026-11-16T05:10:00.000Z")
    (planned,) = summary["scheduled_maintenances"]
    assert (planned["status"], planned["impact"]) == ("scheduled", "maintenance")
    assert planned["scheduled_for"] == "2026-11-24T21:40:00.000Z"


def test_a_window_is_upcoming_then_active_then_completed_by_itself(house: StatusHouse) -> None:
    def where() -> list[bool]:
        lists = ("upcoming", "active")
        return [bool(v2(house, f"scheduled-maintenances/{name}.json")["scheduled_maintenances"]) for name in lists]

    assert where() == [True, False]
    house.later(hours=91)
    assert where() == [False, True]
    assert {one["name"]: one["status"] for one in v2(house, "components.json")["components"]}[
        "Reports"
    ] == "under_maintenance"
    house.later(hours=2)
    assert where() == [False, False]
    (window,) = v2(house, "scheduled-maintenances.json")["scheduled_maintenances"]
    assert [one["status"] for one in window["incident_updates"]] == ["completed", "in_progress", "scheduled"]


@pytest.mark.parametrize("path", ["/history.atom", "/history.rss"])
def test_feed_readers_read_the_history(house: StatusHouse, path: str) -> None:
    answer = house.get(path)
    feed = feedparser.parse(answer.content, response_headers={"content-type": answer.headers["content-type"]})
    assert not feed.bozo
    assert feed.feed.title == "Northwind status: incident history"
    assert [one.title for one in feed.entries] == [
        "Issue with Payments and Checkout",
        "Maintenance: Database upgrade",
        "Slow search",
    ]
    first = feed.entries[0]
    assert first.link.startswith("https://status.example.com/status/incidents/")
    told = first.content[0].value if path.endswith("atom") else first.summary
    assert told.index("Some payments fail.") < told.index("We are looking into failing payments.")
    assert len({one.id for one in feed.entries}) == 3
