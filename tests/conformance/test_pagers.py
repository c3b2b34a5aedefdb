"""Every pager and its fake: a call arrives, twice the same call is one call, and a refusal is an error to be tried again."""

import asyncio
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tocsin.config import Secret
from tocsin.connectors.apprise_pager import ApprisePager
from tocsin.connectors.memory_pager import MemoryPager
from tocsin.connectors.pagerduty import PagerDuty, PagerDutyApi, PagerDutyConfig
from tocsin.errors import SourceError

WHAT = {"trigger": "page", "acknowledge": "acknowledge", "resolve": "resolve"}


@contextmanager
def fake_pagerduty(routing_key="R" * 32):  # noqa: C901 - one fake, two APIs
    """PagerDuty's Events API v2 as documented: 202 and `success`, 400 with `errors` for a bad key, one incident per key."""
    calls, failing = [], [0]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if failing[0]:
                failing[0] -= 1
                return self._answer(503, {"status": "throttled"})
            if self.path == "/incidents/PD1/notes":
                if self.headers["Authorization"] != "Token token=rest" or self.headers["From"] != "ada@example.com":
                    return self._answer(401, {"error": {"message": "Authentication failed"}})
                calls.append(("note", "PD1", told["note"]["content"]))
                return self._answer(201, {"note": told["note"]})
            if self.path != "/v2/enqueue" or told.get("routing_key") != routing_key:
                wrong = {"status": "invalid event", "message": "Event object is invalid", "errors": ["routing_key"]}
                return self._answer(400, wrong)
            calls.append((WHAT[told["event_action"]], told["dedup_key"], told.get("payload", {}).get("summary", "")))
            return self._answer(
                202, {"status": "success", "message": "Event processed", "dedup_key": told["dedup_key"]}
            )

        def do_GET(self):
            if self.headers["Authorization"] != "Token token=rest":
                return self._answer(401, {"error": {"message": "Authentication failed"}})
            if self.path.startswith("/incidents?"):
                return self._answer(200, {"incidents": [{"id": "PD1"}]})
            duty = {"escalation_level": 1, "end": "2026-03-09T08:00:00Z"}
            users = [("bo@example.com", "PS2"), ("ada@example.com", "PS1")]
            told = [duty | {"user": {"email": email}, "schedule": {"id": schedule}} for email, schedule in users]
            return self._answer(200, {"oncalls": told})

        def _answer(self, status, body):
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *args):
            """Quiet."""

    with serving(Handler) as port:
        yield f"http://127.0.0.1:{port}", calls, failing


@contextmanager
def fake_receiver():
    """A receiver of Apprise's own JSON notifications; the key is read back out of the title."""
    calls, failing = [], [0]
    said = {"acknowledged": "acknowledge", "over": "resolve"}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status = 503 if failing[0] else 200
            failing[0] = max(0, failing[0] - 1)
            if status == 200:
                word, key = told["title"].split(" ", 1)
                calls.append((said.get(word, "page"), key, told["message"]))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            """Quiet."""

    with serving(Handler) as port:
        yield f"json://127.0.0.1:{port}/", calls, failing


@contextmanager
def serving(handler):
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Bench:
    def __init__(self, pager, calls, fail):
        self.pager, self.calls, self.fail = pager, calls, fail


@pytest.fixture(params=["memory", "pagerduty", "apprise"])
def bench(request):
    if request.param == "memory":
        pager = MemoryPager()
        yield Bench(pager, pager.calls, lambda: setattr(pager, "failing", 1))
        return
    if request.param == "apprise":
        with fake_receiver() as (url, calls, failing):
            yield Bench(ApprisePager((url,)), calls, lambda: failing.__setitem__(0, 1))
        return
    with fake_pagerduty() as (url, calls, failing):
        pager = PagerDuty(PagerDutyConfig(routing_key=Secret(env="X"), url=url), "R" * 32)
        yield Bench(pager, calls, lambda: failing.__setitem__(0, 1))


def test_a_call_is_taken_acknowledged_and_resolved_under_one_key(bench):
    async def story():
        await bench.pager.page("oncall:primary", "SEV1: checkout is down", "SEV1", "INC-1")
        await bench.pager.acknowledge("INC-1", "ada@example.com")
        await bench.pager.resolve("INC-1")

    asyncio.run(story())
    assert [(what, key) for what, key, _ in bench.calls] == [
        ("page", "INC-1"),
        ("acknowledge", "INC-1"),
        ("resolve", "INC-1"),
    ]
    assert "checkout is down" in bench.calls[0][2]


def test_a_pager_that_does_not_answer_is_an_error_and_the_next_try_arrives(bench):
    bench.fail()
    with pytest.raises(SourceError):
        asyncio.run(bench.pager.page("oncall:primary", "help", "SEV2", "INC-2"))
    asyncio.run(bench.pager.page("oncall:primary", "help", "SEV2", "INC-2"))
    assert [key for _, key, _ in bench.calls] == ["INC-2"]


def test_a_wrong_routing_key_is_told_without_repeating_it():
    with fake_pagerduty() as (url, _, _):
        pager = PagerDuty(PagerDutyConfig(routing_key=Secret(env="X"), url=url), "wrong-key")
        with pytest.raises(SourceError) as refused:
            asyncio.run(pager.page("oncall:primary", "help", "SEV2", "INC-3"))
    assert "wrong-key" not in str(refused.value)


def test_pagerduty_s_own_schedules_say_who_is_on_call_and_notes_are_written_there():
    with fake_pagerduty() as (url, calls, _):
        api = PagerDutyApi(token=Secret(env="Y"), sender="ada@example.com", schedules=("PS1", "PS2"), url=url)
        pager = PagerDuty(PagerDutyConfig(routing_key=Secret(env="X"), url=url, api=api), "R" * 32, "rest")
        duties = asyncio.run(pager.on_call())
        asyncio.run(pager.note("INC-1", "INC-1 is over: the pool was reset"))
    assert [one.person for one in duties] == ["ada@example.com", "bo@example.com"]
    assert calls == [("note", "PD1", "INC-1 is over: the pool was reset")]
