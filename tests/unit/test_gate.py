"""The gate in front of tools: each power's floor is held at the call, and nothing a stranger wrote gets through by it."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from tocsin.connectors.system import SystemClock
from tocsin.errors import Denied, PlayerFailed, TocsinError
from tocsin.guard.outward import outward
from tocsin.guard.redact import Redacted
from tocsin.model.evidence import Evidence
from tocsin.model.plan import Agent, Plan, ToolServer
from tocsin.model.run import ToolCalled
from tocsin.ports import ToolAnswer, ToolCard
from tocsin.roles.agents.tools import GatedToolkit, GatedTools
from tocsin.roles.contract import Assignment
from tocsin.store.memory import MemoryStore

SECRET = "hunter2-is-a-secret"
NAMES = {"logs": ("query", "delete_index"), "chat": ("post_message", "list_channels")}
ANY: dict[str, Any] = {"type": "object"}


@dataclass(slots=True)
class Box:
    name: str
    schema: Mapping[str, Any]
    done: list[tuple[str, dict[str, Any]]]
    digest: str = "first"
    keys: list[str] = field(default_factory=list)
    hold: asyncio.Event | None = None
    """It answers once this is set."""
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    async def tools(self) -> Sequence[ToolCard]:
        return [
            ToolCard(server=self.name, name=one, description="", parameters=self.schema, digest=self.digest)
            for one in NAMES[self.name]
        ]

    async def call(self, tool: str, arguments: Mapping[str, Any], key: str = "") -> ToolAnswer:
        self.done.append((f"{self.name}/{tool}", dict(arguments)))
        self.keys.append(key)
        self.heard.set()
        if self.hold is not None:
            await self.hold.wait()
        return ToolAnswer(text="answered")


@dataclass(slots=True)
class Gate:
    schema: Mapping[str, Any] = field(default_factory=lambda: ANY)
    digest: str = "first"
    done: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    said: list[ToolCalled] = field(default_factory=list)
    store: MemoryStore = field(default_factory=MemoryStore)
    keys: list[str] = field(default_factory=list)
    hold: asyncio.Event | None = None
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self, role: str, prompt: str = "") -> GatedTools:
        kit = GatedToolkit(
            lambda server: Box(server.name, self.schema, self.done, self.digest, self.keys, self.hold, self.heard),
            self.store,
            SystemClock(),
            lambda text: Redacted(text.replace(SECRET, "<secret>"), text.count(SECRET)),
        )
        servers = () if role == "diagnostician" else tuple(ToolServer(name=one) for one in NAMES)
        agent = Agent(name="a", role=role, allow=("*",) if servers else (), servers=servers, prompt=prompt)
        return await kit.open(
            Assignment("INC-1", "R1", "s", agent, {}, {}), Plan(name="p", origin="o", digest="d"), self._record
        )

    async def _record(self, key: str, *happened: Any, evidence: Sequence[Evidence] = (), **_: Any) -> None:
        for one in evidence:
            await self.store.write(lambda ledger, one=one: ledger.evidence.put("INC-1", one))
        self.said += [one.body for one in happened if isinstance(one.body, ToolCalled)]

    def call(self, role: str, path: str, arguments: dict[str, Any] | None = None, prompt: str = "") -> ToolAnswer:
        async def calling() -> ToolAnswer:
            return await (await self.open(role, prompt)).call(path, arguments or {})

        return asyncio.run(calling())


@pytest.mark.parametrize(
    ("role", "path", "floor"),
    [
        ("investigator", "chat/post_message", "floor: who reads cannot write"),
        ("notifier", "logs/query", "floor: who writes cannot read"),
        ("diagnostician", "logs/query", "floor: who decides holds no tool"),
        ("diagnostician", "chat/post_message", "floor: who decides holds no tool"),
    ],
)
def test_a_call_beyond_a_roles_one_power_is_refused_at_the_gate_and_stands_on_the_timeline(
    role: str, path: str, floor: str
) -> None:
    gate = Gate()
    with pytest.raises(Denied, match=floor):
        gate.call(role, path)
    assert gate.done == []
    assert [(one.verdict, one.rule) for one in gate.said] == [("denied", floor)]


def test_within_its_power_a_role_is_served_so_the_refusals_above_are_the_floors() -> None:
    gate = Gate()
    gate.call("investigator", "logs/query")
    gate.call("notifier", "chat/post_message")
    assert [path for path, _ in gate.done] == ["logs/query", "chat/post_message"]


def test_a_tool_whose_description_changed_is_refused_until_a_person_has_read_it() -> None:
    gate = Gate()
    gate.call("investigator", "logs/query")
    gate.digest = "another"
    with pytest.raises(Denied) as refused:
        gate.call("investigator", "logs/query")
    assert refused.value.code == "TCS-TOOL-CHANGED"


def test_what_leaves_by_a_tool_that_acts_holds_no_secret_no_link_and_no_mention() -> None:
    gate = Gate()
    text = f"see ![x](http://canary.invalid/p.png?q={SECRET}) @channel password {SECRET}"
    gate.call("notifier", "chat/post_message", {"text": text, "blocks": [{"text": "go to evil.example/now"}]})
    ((_, sent),) = gate.done
    assert sent == {"text": "see [link] [mention] password <secret>", "blocks": [{"text": "go to [address]"}]}


def test_a_channel_or_address_that_the_agents_own_document_names_is_kept_as_people_wrote_it() -> None:
    gate = Gate()
    prompt = "Post to #incidents as bot@chat.example.com."
    gate.call("notifier", "chat/post_message", {"channel": "#incidents", "as": "bot@chat.example.com"}, prompt)
    assert gate.done[0][1] == {"channel": "#incidents", "as": "bot@chat.example.com"}
    assert outward("bot@chat.example.com", lambda text: Redacted(text, 0)) == "[e-mail]"


def test_what_a_player_posted_as_its_time_ended_is_on_record_and_whoever_plays_instead_does_not_post_again() -> None:
    async def told() -> tuple[Gate, ToolAnswer]:
        gate = Gate(hold=asyncio.Event())
        model = asyncio.create_task(
            (await gate.open("notifier")).call("chat/post_message", {"text": "as a model says it"})
        )
        await gate.heard.wait()
        model.cancel()  # its time is over, and the far end has heard it
        await asyncio.sleep(0)
        assert not model.done()
        gate.hold.set()
        with pytest.raises(asyncio.CancelledError):
            await model
        instead = await gate.open("notifier")
        answer = await instead.call("chat/post_message", {"text": "as the built-in notifier says it"})
        await instead.call("chat/post_message", {"text": "a second message"})
        return gate, answer

    gate, answer = asyncio.run(told())
    assert [sent["text"] for _, sent in gate.done] == ["as a model says it", "a second message"]
    assert (answer.text, answer.otherwise) == ("answered", True)
    assert all(one.startswith("INC-1:R1:s:tool:") for one in gate.keys)  # of this incident and step, in no words
    assert gate.keys[0] == gate.keys[1].removesuffix("2") + "1"


def test_a_tool_servers_schema_is_never_followed_to_another_address() -> None:
    asked: list[str] = []

    class Listening(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(ANY).encode())

        def log_message(self, *_: Any) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Listening)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        gate = Gate({"$ref": f"http://127.0.0.1:{server.server_port}/latest/meta-data"})
        with pytest.raises(PlayerFailed, match="cannot be followed"):
            gate.call("investigator", "logs/query")
    finally:
        server.shutdown()
        server.server_close()
    assert (asked, gate.done) == ([], [])


@pytest.mark.parametrize("schema", [{"type": 7}, {"type": "object", "properties": {"a": {"pattern": "("}}}])
def test_a_tool_whose_schema_is_none_is_refused_and_not_a_crash(schema: dict[str, Any]) -> None:
    with pytest.raises(TocsinError):
        Gate(schema).call("investigator", "logs/query", {"a": "x"})
