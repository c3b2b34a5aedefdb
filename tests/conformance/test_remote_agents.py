"""What every remote agent must keep, however it is reached: one suite for the port, run on every transport and the fake."""

import asyncio
import json
import ssl
import sys
import threading
import time
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests.played_agents import TRANSPORTS, Played, card, over_a_queue, played_agent
from tests.receivers.mail import self_signed
from tests.servers import Missing, nats

from tocsin.config import Config
from tocsin.connectors.agents import AgentLines, AgentsSettings
from tocsin.connectors.agents.cards import card_of
from tocsin.connectors.agents.memory import MemoryAgent
from tocsin.errors import DataError, SourceError
from tocsin.ports import AgentTask, Registration, Transport

SETTINGS = AgentsSettings(heartbeat_seconds=0.5)


@pytest.fixture(scope="module", params=["memory", *TRANSPORTS])
def line(request):
    """The agent over one transport, as people accepted it; for a true one, its process besides."""
    if request.param == "memory":
        played = Played()
        yield (
            MemoryAgent(
                "played", card_of("played", card("nats", "memory"), None), lambda task: played.work(over(task))
            ),
            None,
        )
        return
    with ExitStack() as closing:
        try:
            queue = closing.enter_context(nats()) if request.param == "nats" else ""
        except Missing as missing:
            pytest.skip(str(missing))
        agent = closing.enter_context(played_agent(request.param, queue))
        yield reached(agent.url, request.param), agent


def over(task):
    return json.loads(json.dumps(task.as_json()))


def lines():
    return AgentLines(SETTINGS, Config({}, {}))


def reached(url, transport):
    return reached_at(asyncio.run(lines().reach("played", url, Transport(transport), "").card()), url)


def reached_at(shown, url):
    return lines().agent(Registration(name="played", url=url, card=shown, by="test", at="2026-11-28T10:00:00Z"))


def task(play: str, key: str = "", seconds: float = 10) -> AgentTask:
    return AgentTask(
        id=key or f"INC-1:R1:{play}", role="log-analyst", instruction="Play.", inputs={"play": play}, seconds=seconds
    )


def test_its_card_says_what_it_plays_and_has_one_digest(line) -> None:
    agent, _ = line
    one, two = asyncio.run(agent.card()), asyncio.run(agent.card())
    assert one.digest == two.digest
    assert one.roles == ("log-analyst",)
    assert one.capability("log-analyst").output["required"] == ["findings"]


def test_it_is_given_the_whole_task_and_its_result_comes_back_typed(line) -> None:
    agent, _ = line
    given = AgentTask(
        id="INC-1:R1:look",
        role="log-analyst",
        instruction="Play.",
        inputs={"play": "echo", "logs": "a \u2028 \x00 \\u0000 'b'"},
        context={"affected_services": ["pay"], "confidence": 0.5},
        output={"type": "object"},
        seconds=10,
    )
    said = asyncio.run(agent.do(given))
    assert {name: said["task"][name] for name in over(given)} == over(given)


def test_the_same_task_twice_is_done_once_also_when_both_are_asked_at_the_same_time(line) -> None:
    agent, _ = line

    async def twice():
        return await asyncio.gather(agent.do(task("a while", "twice")), agent.do(task("a while", "twice")))

    one, two = asyncio.run(twice())
    assert one == two == asyncio.run(agent.do(task("a while", "twice")))


def test_a_process_that_remembers_nothing_asks_again_and_it_is_still_one_task(line) -> None:
    agent, process = line
    if process is None:
        pytest.skip("the fake has no wire")
    before = asyncio.run(agent.do(task("a while", "asked before")))
    anew = reached(process.url, str(asyncio.run(agent.card()).transport))
    assert asyncio.run(anew.do(task("a while", "asked before"))) == before


def test_one_that_is_late_is_given_up_and_told_so(line) -> None:
    agent, _ = line
    with pytest.raises(SourceError, match=r"did not answer within 0\.7 seconds"):
        asyncio.run(agent.do(task("slow", "late", seconds=0.7)))
    after = asyncio.run(agent.do(task("echo", "after it was late")))
    assert after.get("cancelled", 0) >= 1


@pytest.mark.parametrize(
    ("play", "why"), [("garbage", "no object"), ("huge", "longer|larger"), ("refuse", "I will not")]
)
def test_what_is_no_result_is_an_error_that_says_why(line, play, why) -> None:
    agent, process = line
    if process is None and play != "garbage":
        pytest.skip("the fake has no wire")
    with pytest.raises(SourceError, match=why):
        asyncio.run(agent.do(task(play)))


def test_one_that_is_killed_at_work_is_lost_long_before_its_time_is_over(line) -> None:
    agent, process = line
    assert asyncio.run(agent.healthy())

    async def killed():
        waiting = asyncio.create_task(agent.do(task("slow", "killed", seconds=60)))
        await asyncio.sleep(0.6)
        if process is None:
            agent.dead = True
            waiting.cancel()
            raise SourceError("the fake cannot be killed")
        process.kill()
        return await asyncio.wait_for(waiting, 120)

    with pytest.raises(SourceError):
        asyncio.run(killed())
    assert not asyncio.run(agent.healthy())
    with pytest.raises(SourceError):
        asyncio.run(agent.do(task("echo", "to the dead")))


def test_a_task_on_the_queue_goes_to_another_instance_when_the_one_that_holds_it_dies() -> None:
    async def told(queue, first):
        agent = reached_at(await lines().reach("played", first.url, Transport.NATS, "").card(), first.url)
        waiting = asyncio.create_task(agent.do(task("a while", "handed on", seconds=30)))
        while not first.at_work():  # noqa: ASYNC110 - another process' word
            await asyncio.sleep(0.02)
        with await asyncio.to_thread(closing_played, queue):
            first.kill()
            return await waiting

    with ExitStack() as closing:
        try:
            queue = closing.enter_context(nats())
        except Missing as missing:
            pytest.skip(str(missing))
        first = closing.enter_context(played_agent("nats", queue, slow=True))
        assert asyncio.run(told(queue, first)) == {"worked": 1}


@pytest.mark.parametrize("encrypted", [False, True])
def test_a_queue_that_wants_a_token_takes_tasks_with_it_only_and_is_believed_by_its_certificate(
    tmp_path, encrypted
) -> None:
    certificate = str(self_signed(tmp_path)) if encrypted else ""

    async def told(queue):
        url, how = f"{queue}/played", {"token": "t0ken-of-the-queue"}
        trusted = {"tls": ssl.create_default_context(cafile=certificate)} if encrypted else {}
        playing = asyncio.create_task(over_a_queue(url, False, **how, **trusted))

        def at(known):
            chosen = AgentsSettings.model_validate({"heartbeat_seconds": 0.5, **known})
            secrets = Config({}, {"Q": how["token"], "W": "another"})
            return AgentLines(chosen, secrets).reach("played", url, Transport.NATS, "")

        agent = at({"known": {"played": {"url": url, "bearer": {"env": "Q"}}}, "ca_file": certificate})
        while not await agent.healthy():
            assert not playing.done(), playing.exception()
        assert (await agent.card()).roles == ("log-analyst",)
        assert (await agent.do(task("a while"))) == {"worked": 1}
        for bearer, authority in (
            (None, certificate),
            ({"env": "W"}, certificate),
            *([({"env": "Q"}, "")] * encrypted),
        ):
            known = {"known": {"played": {"url": url, "bearer": bearer}}, "ca_file": authority}
            with pytest.raises(SourceError, match="cannot be reached through the queue"):
                await at(known).card()
        playing.cancel()
        await asyncio.wait([playing])

    try:
        with nats("t0ken-of-the-queue", certificate) as queue:
            asyncio.run(told(queue))
    except Missing as missing:
        pytest.skip(str(missing))


def closing_played(queue):
    closing = ExitStack()
    closing.enter_context(played_agent("nats", queue))
    return closing


class MessagesOnly(BaseHTTPRequestHandler):
    """An agent that thinks before it answers a message, and knows of no tasks."""

    def do_GET(self):
        self._say(card("a2a-jsonrpc", f"http://127.0.0.1:{self.server.server_port}/"))

    def do_POST(self):
        call = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if call["method"] != "SendMessage":
            error = {"code": -32601, "message": "Method not found"}
            return self._say({"jsonrpc": "2.0", "id": call["id"], "error": error})
        time.sleep(1.6)  # longer than its signs of life may be missing
        message = {"messageId": "m", "role": "ROLE_AGENT", "parts": [{"data": {"findings": []}}]}
        return self._say({"jsonrpc": "2.0", "id": call["id"], "result": {"message": message}})

    def _say(self, body):
        sent = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_):
        pass


def test_one_that_only_answers_messages_is_not_called_lost_while_it_thinks() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), MessagesOnly) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            agent = reached(f"http://127.0.0.1:{server.server_port}", "a2a-jsonrpc")
            assert asyncio.run(agent.healthy())
            assert asyncio.run(agent.do(task("think"))) == {"findings": []}
        finally:
            server.shutdown()


@pytest.mark.parametrize(
    ("extra", "url", "transport"),
    [
        ("a2a", "http://127.0.0.1:1", Transport.A2A_JSONRPC),
        ("nats", "nats://127.0.0.1:1/x", Transport.NATS),
    ],
)
def test_what_must_be_installed_is_said_when_it_is_not(extra, url, transport, monkeypatch) -> None:
    for name in ("nats", "tocsin.connectors.agents.a2a_tasks"):
        monkeypatch.setitem(sys.modules, name, None)
    shown = card_of("played", card(str(transport), "http://127.0.0.1:1"), None)
    with pytest.raises(SourceError) as refused:
        asyncio.run(reached_at(shown, url).do(task("echo")))
    assert (refused.value.code, refused.value.do) == ("TCS-AGENT-EXTRA", f"pip install 'tocsin[{extra}]'")


@pytest.mark.parametrize(
    ("url", "transport", "secret", "code"),
    [
        ("https://elsewhere.example", None, "", "TCS-AGENT-HOST"),
        ("https://127.0.0.1@elsewhere.example", None, "", "TCS-DATA"),
        ("file:///etc/passwd", None, "", "TCS-DATA"),
        ("nats://127.0.0.1:4222/a", Transport.A2A_GRPC, "", "TCS-DATA"),
        ("http://127.0.0.1:1", None, "nowhere", "TCS-AGENT-SECRET"),
        ("http://agents.example", None, "bearer", "TCS-AGENT-CLEAR"),
    ],
)
def test_an_address_that_nobody_allowed_is_not_spoken_to(url, transport, secret, code) -> None:
    settings = AgentsSettings.model_validate(
        {"hosts": ["127.0.0.1", "agents.example"], "secrets": {"bearer": {"env": "TOKEN"}}}
    )
    with pytest.raises(DataError) as refused:
        AgentLines(settings, Config({}, {"TOKEN": "t"})).reach("one", url, transport, secret)
    assert refused.value.code == code
