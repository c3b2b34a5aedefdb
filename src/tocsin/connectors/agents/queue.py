"""Remote agents behind a queue: NATS JetStream. nats-py is imported when the first agent is spoken to.

A task lies in the stream of tasks under a subject of its own, once however often it is sent, and goes to another instance of the
agent when one dies. Its result lies in the stream of results, where the first of each key stays. While it waits, tocsin asks the
agent for a sign of life. What comes back is data.
"""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tocsin.connectors.agents.cards import card_of
from tocsin.connectors.agents.losing import FIRST_LOOK, SLOWER, lost, said
from tocsin.connectors.agents.once import Once
from tocsin.connectors.agents.settings import AgentsSettings
from tocsin.errors import SourceError
from tocsin.ports import AgentCard, AgentTask, Transport

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js import JetStreamContext

TASKS, RESULTS = "TOCSIN_TASKS", "TOCSIN_RESULTS"
"""The streams. Both forget after an hour."""
KEPT_SECONDS = 3600.0
LIES_THERE = 10077
"""JetStream's code: a subject holds as many messages as it may."""


@dataclass(slots=True)
class QueueAgent:
    """ports.RemoteAgent over JetStream. The path of its address, or else its name, is what it is called on the queue."""

    name: str
    url: str
    settings: AgentsSettings
    token: str = ""
    _once: Once = field(default_factory=Once)

    @property
    def called(self) -> str:
        """Its name in subjects: `tocsin.tasks.NAME.KEY`, `tocsin.agents.NAME`, `tocsin.cancels.NAME`."""
        return urlsplit(self.url).path.strip("/").replace("/", "-").replace(".", "-") or self.name

    async def card(self) -> AgentCard:
        """Whatever instance answers first shows it."""
        async with self._connection() as bus:
            return card_of(self.name, _json(await self._asked(bus), self.name), Transport.NATS)

    async def healthy(self) -> bool:
        """An instance of it answers."""
        try:
            async with self._connection() as bus:
                await self._asked(bus)
        except SourceError as silent:
            if silent.code == "TCS-AGENT-EXTRA":
                raise
            return False
        return True

    async def do(self, task: AgentTask) -> Mapping[str, Any]:
        """Raises SourceError when it is late, lost, refuses, or answers no object."""
        return await self._once.of(task.id, lambda: self._done(task))

    async def _done(self, task: AgentTask) -> Mapping[str, Any]:
        key = sha256(task.id.encode()).hexdigest()[:32]
        async with self._connection() as bus:
            import nats.errors

            try:
                async with asyncio.timeout(task.seconds):
                    return await self._through(bus, task, key)
            except TimeoutError as late:
                await self._call_off(bus, key)
                raise lost(self.name, f"did not answer within {task.seconds:g} seconds") from late
            except asyncio.CancelledError:
                await self._call_off(bus, key)
                raise
            except nats.errors.Error as failure:
                raise lost(self.name, f"failed: {said(failure)}") from failure

    async def _through(self, bus: "Client", task: AgentTask, key: str) -> Mapping[str, Any]:
        """Sends the task unless it lies there already, and waits for the first result of its key."""
        stream = bus.jetstream(timeout=self.settings.heartbeat_seconds)
        await _streams(stream)
        body = {**task.as_json(), "instruction": task.instruction, "key": key, "result": f"tocsin.results.{key}"}
        if not await _kept(stream, key):
            await _put(stream, f"tocsin.tasks.{self.called}.{key}", json.dumps(body).encode())
        raw = await self._awaited(bus, stream, key)
        if len(raw) > self.settings.answer_bytes:
            raise lost(self.name, f"answered longer than {self.settings.answer_bytes} bytes")
        result = _json(raw, self.name)
        if not isinstance(result, Mapping) or result.get("key") != key:
            raise lost(self.name, "answered something else than was asked")
        if not isinstance(result.get("output"), Mapping):
            raise lost(self.name, f"ended the task as failed: {str(result.get('error') or 'no object')[:200]}")
        output: Mapping[str, Any] = result["output"]
        return output

    async def _awaited(self, bus: "Client", stream: "JetStreamContext", key: str) -> bytes:
        """The first result. Raises SourceError when signs of life were missing too often."""
        from nats.errors import TimeoutError as NothingYet
        from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

        first = ConsumerConfig(deliver_policy=DeliverPolicy.ALL, ack_policy=AckPolicy.NONE)
        coming = await stream.subscribe(f"tocsin.results.{key}", stream=RESULTS, config=first)
        missed, pause = 0, FIRST_LOOK
        while True:
            try:
                return (await coming.next_msg(timeout=pause)).data
            except NothingYet:
                missed = 0 if await self._alive(bus) else missed + 1
            pause = FIRST_LOOK if missed else min(pause * SLOWER, self.settings.heartbeat_seconds)
            if missed >= self.settings.misses:
                await self._call_off(bus, key)
                raise lost(self.name, "gave no sign of life while it worked")

    async def _alive(self, bus: "Client") -> bool:
        try:
            await self._asked(bus)
        except SourceError:
            return False
        return True

    async def _asked(self, bus: "Client") -> bytes:
        """Its card, by request and reply. Raises SourceError when no instance of it is there."""
        import nats.errors

        try:
            return (await bus.request(f"tocsin.agents.{self.called}", b"", self.settings.heartbeat_seconds)).data
        except nats.errors.Error as failure:
            raise lost(self.name, f"does not answer on the queue: {said(failure)}") from failure

    async def _call_off(self, bus: "Client", key: str) -> None:
        """Tells it that nobody waits any more, and takes the task off the queue: whoever starts later need not do it."""
        import nats.errors

        with suppress(nats.errors.Error, TimeoutError):
            await bus.publish(f"tocsin.cancels.{self.called}", key.encode())
            await bus.flush(1)
            stream = bus.jetstream(timeout=1)
            await stream.purge_stream(TASKS, subject=f"tocsin.tasks.{self.called}.{key}")

    def _trusted(self) -> ssl.SSLContext | None:
        """By whom the queue is believed to be itself, where it is spoken to by TLS. Raises OSError for a file that is none."""
        if urlsplit(self.url).scheme != "tls":
            return None
        return ssl.create_default_context(cafile=self.settings.ca_file or None)

    @asynccontextmanager
    async def _connection(self) -> "AsyncIterator[Client]":
        try:
            import nats.errors
            from nats.aio.client import Client
        except ImportError as missing:
            what = f"speaking to agent {self.name} needs the NATS client, which is not installed."
            raise SourceError(what, "pip install 'tocsin[nats]'", code="TCS-AGENT-EXTRA") from missing
        parts, bus = urlsplit(self.url), Client()
        try:
            await bus.connect(
                f"{parts.scheme}://{parts.netloc}",
                token=self.token or None,
                tls=self._trusted(),
                connect_timeout=max(1, int(self.settings.heartbeat_seconds)),
                allow_reconnect=False,
                max_reconnect_attempts=0,
                error_cb=_quiet,
            )
        except (nats.errors.Error, OSError, TimeoutError) as failure:
            with suppress(nats.errors.Error, OSError, TimeoutError):
                async with asyncio.timeout(1):  # the client leaves its socket open when it is refused
                    await bus.close()
            raise lost(
                self.name, f"cannot be reached through the queue at {parts.netloc}: {said(failure)}"
            ) from failure
        try:
            yield bus
        finally:
            await bus.close()


async def _quiet(_: Exception) -> None:
    """Failures reach whoever waits; the client need not print them as well."""


async def _kept(stream: "JetStreamContext", key: str) -> bool:
    """Is there a result of that key already?"""
    from nats.js.errors import NotFoundError

    try:
        await stream.get_last_msg(RESULTS, f"tocsin.results.{key}")
    except NotFoundError:
        return False
    return True


async def _put(stream: "JetStreamContext", subject: str, body: bytes) -> None:
    """Puts the task into the stream, unless it lies there."""
    from nats.js.errors import APIError

    try:
        await stream.publish(subject, body)
    except APIError as refused:
        if refused.err_code != LIES_THERE:
            raise


async def _streams(stream: "JetStreamContext") -> None:
    """Both are there afterwards, whoever came first."""
    from nats.js.api import DiscardPolicy, RetentionPolicy, StreamConfig

    for name, subjects, retention in (
        (TASKS, "tocsin.tasks.>", RetentionPolicy.WORK_QUEUE),
        (RESULTS, "tocsin.results.>", RetentionPolicy.LIMITS),
    ):
        await stream.add_stream(
            StreamConfig(
                name=name,
                subjects=[subjects],
                retention=retention,
                max_age=KEPT_SECONDS,
                max_msgs_per_subject=1,
                discard=DiscardPolicy.NEW,
                discard_new_per_subject=True,
            )
        )


def _json(raw: bytes, name: str) -> object:
    try:
        found: object = json.loads(raw)
    except (ValueError, RecursionError) as failure:
        raise lost(name, "answered no JSON") from failure
    return found
