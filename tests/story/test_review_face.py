"""The review through API, command line and files: whoever comes by whichever door finds the same and may the same."""

import asyncio
import io
import json

import pytest
from icalendar import Calendar
from pypdf import PdfReader
from tests.face_house import TOKEN
from tests.story.test_people_at_work import Office
from tests.unit.timelines import outage, told
from typer.testing import CliRunner

from tocsin.cli import cli
from tocsin.errors import NotFound
from tocsin.model.communication import RestrictionSet
from tocsin.model.identity import Role
from tocsin.stages.review import ACTS
from tocsin.web import reviews

PATH = "/api/incidents/INC-1"


class Ward(Office):
    """The office with one resolved incident in it."""

    def __init__(self) -> None:
        super().__init__(token=TOKEN)
        self.dan = self.badge("dan@example.com", Role.RESPONDER)

        def put(ledger) -> None:
            for event in told(outage())[1]:
                ledger.timeline.append("INC-1", event.body, actor=event.actor, at=event.at)

        asyncio.run(self.rooms.store.write(put))

    def act(self, path, body=None, **headers):
        answer = self.post(f"{PATH}{path}", body, **(headers or self.ada))
        assert answer.status_code == 200, (path, answer.text)
        return answer.json()

    def restrict(self, *people):
        body = RestrictionSet(restricted=True, people=people, reason="legal")
        asyncio.run(
            self.rooms.store.write(
                lambda ledger: ledger.timeline.append(
                    "INC-1", body, actor="person:ada@example.com", at=self.hands.now()
                )
            )
        )


def test_every_act_of_the_review_has_its_route():
    routes = {route.path for route in reviews.acting.routes}
    wanted = {f"/api/incidents/{{incident_id}}{act.path}" for act in ACTS.values()}
    for path in wanted:
        known = {path.replace("{which}", name) for name in ("{item_id}", "{runbook_id}")}
        assert known & routes, path
    assert len(routes) == len(wanted)


def test_a_post_mortem_goes_from_draft_to_approved_over_http_and_comes_in_four_shapes():
    ward = Ward()
    assert ward.get(f"{PATH}/post-mortem", **ward.ada).status_code == 404
    ward.act("/post-mortem/regenerate")
    shown = ward.get(f"{PATH}/post-mortem", **ward.eve).json()
    assert (shown["version"], shown["versions"][0]["generated"]) == (1, True)
    edited = shown["text"] + "\n## Lessons\n\n- The pool follows the deployment.\n"
    ward.act("/post-mortem/edit", {"text": edited, "base": 1})
    assert (
        ward.post(f"{PATH}/post-mortem/edit", {"text": "x", "base": 1}, **ward.ada).json()["code"] == "TCS-REVIEW-STALE"
    )
    assert ward.post(f"{PATH}/post-mortem/approve", {}, **ward.bob).status_code == 403
    ward.act("/post-mortem/approve", {})
    assert ward.get(f"{PATH}/post-mortem", **ward.eve).json()["state"] == "reviewed"
    ward.act("/post-mortem/schedule", {"at": "2026-03-04T09:00:00Z"})
    markdown = ward.get(f"{PATH}/post-mortem.md", **ward.eve)
    assert markdown.headers["content-type"] == "text/markdown; charset=utf-8"
    assert "The pool follows the deployment." in markdown.text
    first = ward.get(f"{PATH}/post-mortem.md?version=1", **ward.eve).text
    assert "The pool follows" not in first
    pdf = PdfReader(io.BytesIO(ward.get(f"{PATH}/post-mortem.pdf", **ward.eve).content))
    assert "version 2, approved on" in pdf.pages[0].extract_text()
    entry = Calendar.from_ical(ward.get(f"{PATH}/post-mortem.ics", **ward.eve).content)
    assert entry.walk("VEVENT")[0]["UID"] == "post-mortem-INC-1@tocsin"


def test_items_of_all_incidents_are_listed_by_date_and_the_late_ones_are_marked():
    ward = Ward()
    ward.act("/post-mortem/regenerate")
    ward.act("/items", {"text": "Test the failover", "owner": "payments-team", "due_at": "2026-03-01T00:00:00Z"})
    listed = ward.get("/api/items", **ward.eve).json()["items"]
    assert [one["id"] for one in listed] == ["AI3", "AI1", "AI2"]
    assert [one["overdue"] for one in listed] == [True, False, False]
    assert [one["id"] for one in ward.get("/api/items?overdue=true", **ward.eve).json()["items"]] == ["AI3"]
    ward.act("/items/AI3/done")
    ward.act("/items/AI1/change", {"owner": "dan@example.com"})
    assert [one["id"] for one in ward.get("/api/items", **ward.eve).json()["items"]] == ["AI1", "AI2"]
    assert len(ward.get("/api/items?everything=true", **ward.eve).json()["items"]) == 3


def test_a_restricted_incident_has_no_post_mortem_items_or_figures_for_those_outside():
    ward = Ward()
    ward.act("/post-mortem/regenerate")
    ward.act("/judgements/cause", {"verdict": "right"})
    before = ward.get("/api/stats?days=365", **ward.dan).json()
    ward.restrict("bob@example.com")
    for path in ("/post-mortem", "/post-mortem.md", "/post-mortem.pdf", "/post-mortem.ics"):
        assert ward.get(f"{PATH}{path}", **ward.dan).status_code == 404, path
    assert ward.get(f"{PATH}/post-mortem", **ward.bob).status_code == 200
    assert ward.get("/api/items", **ward.dan).json()["items"] == []
    assert ward.get("/api/items", **ward.bob).json()["items"] != []
    assert before["incidents"] == 1
    assert ward.get("/api/stats?days=365", **ward.dan).json()["incidents"] == 0
    assert ward.get("/api/judgements", **ward.dan).json()["judgements"] == []
    assert ward.get("/api/calibration", **ward.dan).json()["verdicts"] == 0


def test_figures_and_verdicts_are_served_and_scraped():
    ward = Ward()
    ward.hands.time = told(outage())[1][-1].at
    ward.act("/judgements/cause", {"verdict": "partly", "said": "there was a second cause"})
    ward.act("/judgements/runbooks/db_kill_connections", {"helped": True})
    found = ward.get("/api/stats", **ward.eve).json()
    assert found["times"]["resolve"] == {"n": 1, "median": 39.0, "p90": 39.0}
    assert found["specialists"]["database-specialist"]["partly"] == 1
    assert found["months"][0]["service"] == "ledger-api"
    (pair,) = ward.get("/api/judgements", **ward.eve).json()["judgements"]
    assert (pair["confidence"], pair["verdict"]) == (0.7, "partly")
    curve = ward.get("/api/calibration", **ward.eve).json()
    assert (curve["verdicts"], curve["curve"][0]["accuracy"], curve["error"]) == (1, 0.5, 0.2)
    scraped = ward.get("/metrics", **ward.eve).text
    assert 'tocsin_milestone_minutes{milestone="resolve",quantile="0.5"} 39.0' in scraped
    assert 'tocsin_updates_due{result="late"} 1.0' in scraped
    assert 'tocsin_verdicts{specialist="database-specialist",verdict="partly"} 1.0' in scraped
    assert "ledger-api" not in scraped  # the catalogue does not know it, so it gets no label


# The command line ----------------------------------------------------------------------------------------------------


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """A local store with one resolved incident; returns a runner of verbs."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tocsin.yaml").write_text("store: {url: 'sqlite:///t.db'}\n")

    async def fill():
        from tocsin import config
        from tocsin.store.settings import StoreSettings
        from tocsin.store.sql import open_store

        async with open_store(config.load(tmp_path / "tocsin.yaml").section("store", StoreSettings)) as store:

            def put(ledger):
                for event in told(outage())[1]:
                    ledger.timeline.append("INC-1", event.body, actor=event.actor, at=event.at)

            await store.write(put)

    asyncio.run(fill())

    def run(*words, code=0):
        options = ["--config", "tocsin.yaml"]
        result = CliRunner().invoke(cli, [*words, *options])
        if code == 0:
            assert result.exit_code == 0, (words, result.output, result.exception)
        else:
            assert result.exception is not None
        return result

    return run


def test_the_verbs_take_a_post_mortem_from_the_timeline_to_approval_and_to_paper(shop, tmp_path):
    shop("post-mortem", "regenerate", "INC-1")
    assert "## Root cause" in shop("post-mortem", "show", "INC-1").output
    text = shop("post-mortem", "show", "INC-1", "--markdown").output
    (tmp_path / "ours.md").write_text(text.replace("## Impact", "## Impact\n\n- Nobody could transfer money. [#2]"))
    shop("post-mortem", "edit", "INC-1", "ours.md", "--base", "1")
    shop("post-mortem", "schedule", "INC-1", "2099-03-04T09:00:00Z", "--owner", "payments-team")
    assert "version 2 approved" in shop("post-mortem", "approve", "INC-1").output
    shop("post-mortem", "show", "INC-1", "--pdf", "pm.pdf")
    assert "Nobody could transfer money" in PdfReader(tmp_path / "pm.pdf").pages[0].extract_text()
    shop("post-mortem", "show", "INC-1", "--ics", "pm.ics")
    assert Calendar.from_ical((tmp_path / "pm.ics").read_bytes()).walk("VEVENT")[0].start.year == 2099
    refused = shop("post-mortem", "show", "INC-2", code=4)
    assert isinstance(refused.exception, NotFound)


def test_the_verbs_keep_items_and_show_verdicts_and_figures(shop):
    shop("post-mortem", "regenerate", "INC-1")
    assert (
        "AI3 for dan: Test the failover" in shop("item", "open", "INC-1", "Test the failover", "--owner", "dan").output
    )
    shop("item", "change", "INC-1", "AI3", "--due", "2026-03-05T00:00:00Z")
    listed = json.loads(shop("items", "--overdue", "--json").output)["items"]
    assert "AI3" in [one["id"] for one in listed]
    assert "OVERDUE" in shop("items").output
    shop("item", "done", "INC-1", "AI3")
    shop("item", "drop", "INC-1", "AI1", "--reason", "no longer ours")
    shop("judge", "INC-1", "--cause", "right", "--runbook", "db_kill_connections", "--helped")
    found = json.loads(shop("stats", "--days", "3650", "--json").output)
    assert found["specialists"]["database-specialist"]["right"] == 1
    assert found["times"]["acknowledge"]["median"] == 2
    drawn = shop("calibration", "--days", "3650").output
    assert "expected calibration error 0.300" in drawn
    assert "1 verdicts, right 100%" in drawn
    shown = shop("stats", "--days", "3650").output
    for words in ("saved against the manual baselines", "database-specialist", "By service and month"):
        assert words in shown


def test_a_verdict_without_a_word_is_asked_for(shop):
    assert "nothing to judge" in str(shop("judge", "INC-1", code=4).exception)
    assert "go together" in str(shop("judge", "INC-1", "--runbook", "x", code=4).exception)
