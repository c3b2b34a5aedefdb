"""A remote agent that plays whatever its task asks for, over each transport, in a process of its own that can be killed.

`python -m tests.played_agents TRANSPORT ADDRESS [--slow]`: `ADDRESS` is a port of this machine, or a queue's address and the
agent's name on it; with `--slow` no task of it is ever over. It prints `ready` once it can be spoken to. For tests and
benchmarks only; a worked agent stands in `examples/agent`.
"""

import asyncio
import json
import re
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from tests.servers import free_port

TRANSPORTS = ("a2a-jsonrpc", "a2a-http", "a2a-grpc", "nats")
SCHEMA = {"type": "object", "properties": {"findings": {"type": "array"}}, "required": ["findings"]}
TROUBLE = re.compile(r"^.*\b(?:ERROR|FATAL|refused|exhausted)\b.*$", re.MULTILINE)


class Played:
    """What it does, on whatever transport. A task whose inputs name a `play` gets that; any other is log analysis."""

    def __init__(self, slow: bool = False) -> None:
        self.slow = slow
        self.done: dict[str, Any] = {}
        self.worked = 0
        self.cancelled = 0

    async def work(self, task: dict[str, Any]) -> Any:
        if task["id"] in self.done:
            return self.done[task["id"]]
        self.worked += 1
        print("at work", flush=True)
        try:
            self.done[task["id"]] = await self._played(task)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return self.done[task["id"]]

    async def _played(self, task: dict[str, Any]) -> Any:
        match "slow" if self.slow else task["inputs"].get("play"):
            case "echo":
                return {"task": task, "worked": self.worked, "cancelled": self.cancelled}
            case "slow":
                await asyncio.sleep(60)
                return {}
            case "a while":
                await asyncio.sleep(1)
                return {"worked": self.worked}
            case "garbage":
                return "not an object"
            case "huge":
                return {"text": "x" * 400_000}
            case "refuse":
                raise ValueError("I will not.")
        return analysed(task["inputs"].get("logs", ""))


def analysed(logs: str) -> dict[str, Any]:
    """The lines that speak of trouble, each kind once."""
    kinds = {re.sub(r"[\d:.TZ-]+", "#", line): line for line in TROUBLE.findall(logs) if "DATA" not in line}
    found = [
        {"kind": "log_new", "text": f"seen by the played agent: {line[:120]}", "quotes": [line]}
        for line in list(kinds.values())[:5]
    ]
    return {"findings": found}


def card(transport: str, address: str, version: str = "1") -> dict[str, Any]:
    binding = {"a2a-jsonrpc": "JSONRPC", "a2a-http": "HTTP+JSON", "a2a-grpc": "GRPC", "nats": "urn:tocsin:nats"}[
        transport
    ]
    return {
        "name": "Played log analysis",
        "description": "Finds the lines that speak of trouble.",
        "version": version,
        "supportedInterfaces": [{"url": address, "protocolBinding": binding, "protocolVersion": "1.0"}],
        "capabilities": {
            "extensions": [{"uri": "urn:tocsin:agent:v1", "params": {"roles": {"log-analyst": {"output": SCHEMA}}}}]
        },
        "defaultInputModes": ["application/json"],
        "defaultOutputModes": ["application/json"],
        "skills": [{"id": "log-analyst", "name": "Log analysis", "description": "Reads logs.", "tags": ["logs"]}],
    }


async def over_a2a(transport: str, port: int, slow: bool) -> None:
    import uvicorn
    from a2a.client.card_resolver import parse_agent_card
    from a2a.helpers import new_data_part, new_task_from_user_message, new_text_message
    from a2a.server.agent_execution import AgentExecutor
    from a2a.server.request_handlers import DefaultRequestHandler
    from a2a.server.routes import create_agent_card_routes, create_jsonrpc_routes, create_rest_routes
    from a2a.server.tasks import InMemoryTaskStore, TaskUpdater
    from google.protobuf.json_format import MessageToDict
    from starlette.applications import Starlette

    played = Played(slow)

    class Executor(AgentExecutor):
        async def execute(self, context: Any, event_queue: Any) -> None:
            message = context.message
            await event_queue.enqueue_event(context.current_task or new_task_from_user_message(message))
            updater = TaskUpdater(event_queue, context.task_id, context.context_id)
            await updater.start_work()
            task = next(MessageToDict(part.data) for part in message.parts if part.HasField("data"))
            try:
                await updater.add_artifact([new_data_part(await played.work(task))], name="result")
            except ValueError as refused:
                await updater.failed(new_text_message(str(refused)))
                return
            await updater.complete()

        async def cancel(self, context: Any, event_queue: Any) -> None:
            await TaskUpdater(event_queue, context.task_id, context.context_id).cancel()

    grpc_port = free_port()
    address = f"127.0.0.1:{grpc_port}" if transport == "a2a-grpc" else f"http://127.0.0.1:{port}/"
    shown = parse_agent_card(card(transport, address))
    handler = DefaultRequestHandler(agent_executor=Executor(), task_store=InMemoryTaskStore(), agent_card=shown)
    routes = create_agent_card_routes(shown)
    if transport == "a2a-grpc":
        import grpc
        from a2a.server.request_handlers import GrpcHandler
        from a2a.types.a2a_pb2_grpc import add_A2AServiceServicer_to_server

        server = grpc.aio.server()
        add_A2AServiceServicer_to_server(GrpcHandler(handler), server)
        server.add_insecure_port(address)
        await server.start()
    else:
        made = create_jsonrpc_routes(handler, "/") if transport == "a2a-jsonrpc" else create_rest_routes(handler)
        routes += made
    app = Starlette(routes=routes)
    serving = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    running = asyncio.create_task(serving.serve())
    while not serving.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    print("ready", flush=True)
    await running


class OnAQueue:
    """The played agent as an instance behind the queue."""

    def __init__(self, stream: Any, address: str, slow: bool) -> None:
        self.stream, self.address = stream, address
        self.name = urlsplit(address).path.strip("/")
        self.played = Played(slow)
        self.at_work: dict[str, asyncio.Task[Any]] = {}

    async def show(self, message: Any) -> None:
        await message.respond(json.dumps(card("nats", self.address)).encode())

    async def cancel(self, message: Any) -> None:
        if (running := self.at_work.get(message.data.decode())) is not None:
            running.cancel()

    async def answer(self, message: Any) -> None:
        task = json.loads(message.data)
        self.at_work[task["key"]] = running = asyncio.create_task(self.played.work(task))
        try:
            while not running.done():  # whoever holds a task says so, or it goes to another instance
                await message.in_progress()
                await asyncio.wait({running}, timeout=0.5)
            said = {"key": task["key"], "output": running.result()}
        except ValueError as refused:
            said = {"key": task["key"], "error": str(refused)}
        except asyncio.CancelledError:
            await message.term()
            return
        await self.say(task["result"], json.dumps(said).encode())
        await self.say(task["result"], json.dumps(said).encode())  # twice, as queues may
        await message.ack()

    async def say(self, subject: str, body: bytes) -> None:
        from nats.js.errors import APIError

        try:
            await self.stream.publish(subject, body)
        except APIError as there:
            assert there.err_code == 10077

    async def work(self) -> None:
        from nats.js.api import AckPolicy, ConsumerConfig

        how = ConsumerConfig(durable_name=self.name, ack_policy=AckPolicy.EXPLICIT, ack_wait=2)
        mine = await self.stream.pull_subscribe(
            f"tocsin.tasks.{self.name}.*", durable=self.name, stream="TOCSIN_TASKS", config=how
        )
        print("ready", flush=True)
        waiting = set[asyncio.Task[None]]()
        while True:
            try:
                (message,) = await mine.fetch(1, timeout=5)
            except TimeoutError:
                continue
            waiting.add(begun := asyncio.create_task(self.answer(message)))
            begun.add_done_callback(waiting.discard)


async def over_a_queue(address: str, slow: bool, **how: Any) -> None:
    import nats
    from nats.js.api import DiscardPolicy, RetentionPolicy, StreamConfig

    bus = await nats.connect(f"{urlsplit(address).scheme}://{urlsplit(address).netloc}", **how)
    stream = bus.jetstream()
    for called, subjects, retention in (
        ("TOCSIN_TASKS", "tocsin.tasks.>", RetentionPolicy.WORK_QUEUE),
        ("TOCSIN_RESULTS", "tocsin.results.>", RetentionPolicy.LIMITS),
    ):
        kept = StreamConfig(name=called, subjects=[subjects], retention=retention, max_age=3600, max_msgs_per_subject=1)
        kept.discard, kept.discard_new_per_subject = DiscardPolicy.NEW, True
        await stream.add_stream(kept)
    instance = OnAQueue(stream, address, slow)
    await bus.subscribe(f"tocsin.agents.{instance.name}", queue=instance.name, cb=instance.show)
    await bus.subscribe(f"tocsin.cancels.{instance.name}", cb=instance.cancel)
    try:
        await instance.work()
    finally:
        await bus.close()


class Agent:
    """The process, and where it is registered at."""

    def __init__(self, process: "subprocess.Popen[str]", url: str) -> None:
        self.process, self.url = process, url

    def at_work(self) -> bool:
        """Has it taken up a task?"""
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], 0)
        return bool(ready) and "at work" in self.process.stdout.readline()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def played_agent(transport: str, queue: str = "", name: str = "played", slow: bool = False) -> Iterator[Agent]:
    """A played agent over that transport, until the block ends. `queue` is the NATS server's address."""
    port = free_port()
    where, url = (f"{queue}/{name}",) * 2 if transport == "nats" else (str(port), f"http://127.0.0.1:{port}")
    command = [sys.executable, "-m", "tests.played_agents", transport, where, *(("--slow",) if slow else ())]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready"
        yield Agent(process, url)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


if __name__ == "__main__":
    how, where, *slowly = sys.argv[1:]
    asyncio.run(over_a_queue(where, bool(slowly)) if how == "nats" else over_a2a(how, int(where), bool(slowly)))
