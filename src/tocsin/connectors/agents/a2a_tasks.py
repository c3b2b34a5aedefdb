"""Tasks over A2A, by the official SDK. Imported by `a2a` when the first task is sent; nobody else.

A task goes out with its key as the message's id, and the agent is asked about it until it is over: one that works on it and
gives no sign of life is lost. A task that is late, or not wanted any more, is cancelled there.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import grpc
from a2a.client import Client, ClientCallContext, ClientConfig, ClientFactory
from a2a.client.errors import A2AClientError
from a2a.types import AgentCard as SdkCard
from a2a.types import (
    AgentInterface,
    CancelTaskRequest,
    GetTaskRequest,
    Message,
    Part,
    Role,
    SendMessageRequest,
    Task,
    TaskState,
)
from a2a.utils.errors import A2AError
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.struct_pb2 import Value

from tocsin.connectors.agents.bounded import bounded_client
from tocsin.connectors.agents.cards import BINDINGS
from tocsin.connectors.agents.losing import FIRST_LOOK, SLOWER, lost, said
from tocsin.connectors.agents.settings import AgentsSettings, is_here
from tocsin.ports import AgentCard, AgentTask

PARTING_SECONDS = 1.0
AT_WORK = (TaskState.TASK_STATE_SUBMITTED, TaskState.TASK_STATE_WORKING)
JSON = "application/json"


@dataclass(slots=True)
class Tasks:
    """One agent's tasks, while a client to it is open."""

    name: str
    client: Client
    settings: AgentsSettings
    token: str
    _begun: list[str] = field(default_factory=list)
    """What would have to be cancelled there."""

    async def alive(self) -> bool:
        """Asked about a task that nobody gave it, it says something: that there is none, or that it knows no tasks."""
        try:
            await self._look("tocsin-health")
        except (A2AClientError, TimeoutError):
            return False
        except A2AError:
            return True
        return True

    async def do(self, task: AgentTask) -> Mapping[str, Any]:
        """The result. Raises SourceError."""
        try:
            async with asyncio.timeout(task.seconds):
                return await self._through(task)
        except TimeoutError as late:
            await self._call_off()
            raise lost(self.name, f"did not answer within {task.seconds:g} seconds") from late
        except asyncio.CancelledError:
            await self._call_off()
            raise
        except A2AError as failure:
            raise lost(self.name, f"failed: {said(failure)}") from failure

    async def _through(self, task: AgentTask) -> Mapping[str, Any]:
        """The task sent and followed to its end; an agent that answers only when it is done must live meanwhile all the same."""
        sent, watched = asyncio.ensure_future(self._sent(task)), asyncio.ensure_future(self._watched())
        try:
            await asyncio.wait({sent, watched}, return_when=asyncio.FIRST_COMPLETED)
            if not sent.done():
                watched.result()
            return await sent
        finally:
            for one in (sent, watched):
                one.cancel()
            await asyncio.gather(sent, watched, return_exceptions=True)

    async def _watched(self) -> None:
        """Until it is lost. Once its task is known there, `_followed` asks about that."""
        missed = 0
        while not self._begun:
            await asyncio.sleep(self.settings.heartbeat_seconds if not missed else FIRST_LOOK)
            missed = 0 if self._begun or await self.alive() else missed + 1
            if missed >= self.settings.misses:
                raise lost(self.name, "gave no sign of life while it worked")
        await asyncio.Event().wait()

    async def _sent(self, task: AgentTask) -> Mapping[str, Any]:
        async for answer in self.client.send_message(_request(task), context=self._context(task.seconds)):
            if answer.HasField("message"):
                return self._result(answer.message.parts)
            if answer.HasField("task"):
                self._begun.append(answer.task.id)
                over = await self._followed(answer.task)
                if over.status.state != TaskState.TASK_STATE_COMPLETED:
                    raise lost(self.name, f"ended the task as {_state(over)}")
                return self._result(part for one in over.artifacts for part in one.parts)
        raise lost(self.name, "answered nothing")

    async def _followed(self, task: Task) -> Task:
        """Until it is over. Raises SourceError when signs of life were missing too often."""
        missed, pause = 0, FIRST_LOOK
        while task.status.state in AT_WORK:
            await asyncio.sleep(pause)
            pause = min(pause * SLOWER, self.settings.heartbeat_seconds)
            try:
                task = await self._look(task.id)
                missed = 0
            except (A2AClientError, TimeoutError) as failure:
                missed, pause = missed + 1, FIRST_LOOK
                if missed >= self.settings.misses:
                    raise lost(self.name, f"gave no sign of life while it worked: {said(failure)}") from failure
        return task

    async def _look(self, task_id: str) -> Task:
        async with asyncio.timeout(self.settings.heartbeat_seconds):
            return await self.client.get_task(GetTaskRequest(id=task_id), context=self._context())

    async def _call_off(self) -> None:
        """Tells it that nobody waits any more; whether it hears that is its own affair."""
        for name in self._begun:
            with suppress(A2AError, TimeoutError):
                async with asyncio.timeout(PARTING_SECONDS):
                    await self.client.cancel_task(CancelTaskRequest(id=name), context=self._context())

    def _result(self, parts: Iterable[Part]) -> Mapping[str, Any]:
        """The last part that is an object, as data or as JSON in a text."""
        for part in reversed(list(parts)):
            found: object = None
            if part.HasField("data"):
                found = MessageToDict(part.data)
            elif part.HasField("text"):
                with suppress(ValueError, RecursionError):
                    found = json.loads(part.text)
            if isinstance(found, Mapping):
                return found
        raise lost(self.name, "answered no object")

    def _context(self, seconds: float | None = None) -> ClientCallContext:
        proof = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return ClientCallContext(timeout=seconds or self.settings.heartbeat_seconds, service_parameters=proof)


@asynccontextmanager
async def open_tasks(name: str, card: AgentCard, settings: AgentsSettings, token: str) -> AsyncIterator[Tasks]:
    """A client to where the accepted card says, closed when the block ends."""
    binding = next(spelt for spelt, how in BINDINGS.items() if how is card.transport)
    where = AgentInterface(url=card.address, protocol_binding=binding, protocol_version=card.protocol)
    async with bounded_client(token, settings.seconds, settings.answer_bytes) as http:
        config = ClientConfig(
            streaming=False,
            polling=True,
            httpx_client=http,
            grpc_channel_factory=lambda url: _channel(url, settings.answer_bytes),
            supported_protocol_bindings=[binding],
            accepted_output_modes=[JSON],
        )
        async with ClientFactory(config).create(SdkCard(name=name, supported_interfaces=[where])) as client:
            yield Tasks(name, client, settings, token)


def _request(task: AgentTask) -> SendMessageRequest:
    """The instruction as text, and the task as data."""
    words = Part(text=task.instruction, media_type="text/plain")
    data = Part(data=ParseDict(task.as_json(), Value()), media_type=JSON)
    return SendMessageRequest(message=Message(message_id=task.id, role=Role.ROLE_USER, parts=[words, data]))


def _channel(url: str, most: int) -> Any:  # noqa: ANN401 - gRPC ships no types
    """Encrypted, unless the address says otherwise or is this machine's."""
    parts = urlsplit(url if "//" in url else f"//{url}")
    options = [("grpc.max_receive_message_length", most), ("grpc.enable_http_proxy", 0)]
    if parts.scheme in ("grpc", "http") or (not parts.scheme and is_here(parts.hostname or "")):
        return grpc.aio.insecure_channel(parts.netloc, options=options)
    return grpc.aio.secure_channel(parts.netloc, grpc.ssl_channel_credentials(), options=options)


def _state(task: Task) -> str:
    """How it ended, and what the agent says of it."""
    words = " ".join(part.text for part in task.status.message.parts if part.HasField("text"))[:200]
    state = str(TaskState.Name(task.status.state)).removeprefix("TASK_STATE_").lower()
    return f"{state}: {words}" if words else state
