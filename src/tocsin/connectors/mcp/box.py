"""One MCP server as a tool box. Made by `servers`; every call is bounded in time and length, and a failure is a SourceError.

Over HTTP a call opens a connection of its own: the protocol has no sessions any more, and a server that hangs holds up nothing
else. A command is kept running between calls.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeVar

from tocsin.connectors.mcp.held import Held
from tocsin.connectors.mcp.login import Login
from tocsin.connectors.mcp.oauth import Account
from tocsin.connectors.mcp.settings import ToolsSettings
from tocsin.errors import SourceError
from tocsin.ports import Clock, ToolAnswer, ToolCard

if TYPE_CHECKING:
    from mcp import Client

T = TypeVar("T")
_DO = "Check that it runs and that `tools` names its address."


@dataclass(slots=True)
class McpBox:
    """ports.ToolBox over one MCP server."""

    name: str
    settings: ToolsSettings
    clock: Clock
    url: str = ""
    command: tuple[str, ...] = ()
    token: str = ""
    account: Account | Login | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    """Of a command; secrets included."""
    _listed: tuple[float, tuple[ToolCard, ...]] = field(default=(0.0, ()))
    _held: Held | None = field(default=None)

    async def tools(self) -> Sequence[ToolCard]:
        """What it offers, asked again after a while."""
        now = self.clock.now().timestamp()
        at, known = self._listed
        if not known or now - at > self.settings.listed_seconds:
            self._listed = (now, tuple([_card(self.name, one) for one in await self._with(self._list)]))
        return self._listed[1]

    async def call(self, tool: str, arguments: Mapping[str, Any], key: str = "") -> ToolAnswer:
        """One call; `key` goes along as `_meta`, for a server that knows to do a thing once."""

        async def ask(client: "Client") -> ToolAnswer:
            meta = {"tocsin/key": key} if key else None
            result = await client.call_tool(tool, dict(arguments), meta=meta)  # type: ignore[arg-type]
            return self._bounded(_text(result), is_error=bool(getattr(result, "is_error", False)))

        return await self._with(ask)

    async def alive(self) -> None:
        """A sign of life: it lists its tools. Raises SourceError."""
        await self._with(self._list)

    async def close(self) -> None:
        """Ends its program, where it is one."""
        if self._held is not None:
            await self._held.drop()

    async def _list(self, client: "Client") -> list[Any]:
        found: list[Any] = []
        cursor = None
        while len(found) < self.settings.most_tools:
            page = await client.list_tools(cursor=cursor)
            found += page.tools
            cursor = page.next_cursor
            if not cursor:
                break
        return found[: self.settings.most_tools]

    async def _with(self, ask: Callable[["Client"], Awaitable[T]]) -> T:
        """Connects, asks, and lets go, all within the time. Raises SourceError."""
        try:
            async with asyncio.timeout(self.settings.seconds), AsyncExitStack() as closing:
                return await ask(await (self._running() if self.command else self._reached(closing)))
        except TimeoutError as failure:
            await self.close()
            raise self._lost(f"did not answer within {self.settings.seconds:g} seconds") from failure
        except SourceError:
            raise
        except Exception as failure:  # a group of whatever the transport met
            await self.close()
            raise _ours(failure) or self._lost(_first(failure)) from failure

    async def _running(self) -> "Client":
        from mcp import Client, StdioServerParameters

        async def start(closing: AsyncExitStack) -> "Client":
            program, *rest = self.command
            how = StdioServerParameters(command=program, args=rest, env=dict(self.env))
            return await closing.enter_async_context(Client(how, cache=None))

        if self._held is None:
            self._held = Held(start, self.settings.idle_seconds)
        return await self._held.client()

    async def _reached(self, closing: AsyncExitStack) -> "Client":
        import httpx2
        from mcp import Client
        from mcp.client.streamable_http import streamable_http_client

        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        signed: dict[str, Any] = {}
        if self.account is not None:
            signed = {"auth": self.account.auth(self.url), "event_hooks": self.account.only_known(self.url, self.name)}
        http = await closing.enter_async_context(
            httpx2.AsyncClient(headers=headers, timeout=self.settings.seconds, **signed)
        )
        return await closing.enter_async_context(Client(streamable_http_client(self.url, http_client=http), cache=None))

    def _bounded(self, text: str, *, is_error: bool) -> ToolAnswer:
        most = self.settings.answer_characters
        return ToolAnswer(text=text[:most], is_error=is_error, truncated=len(text) > most)

    def _lost(self, why: str) -> SourceError:
        return SourceError(f"the tool server {self.name} {why}.", _DO, code="TCS-SOURCE-TOOL")


def _card(server: str, tool: Any) -> ToolCard:  # noqa: ANN401 - the SDK's type
    described = {"name": tool.name, "description": tool.description or "", "schema": tool.input_schema or {}}
    digest = sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()
    return ToolCard(
        server=server,
        name=tool.name,
        description=described["description"],
        parameters=described["schema"],
        digest=digest,
    )


def _text(result: Any) -> str:  # noqa: ANN401 - the SDK's type
    """The texts of an answer; what is no text is only named. Pictures and links are not fetched."""
    parts = [getattr(one, "text", None) or f"[{getattr(one, 'type', 'content')} left out]" for one in result.content]
    structured = getattr(result, "structured_content", None)
    return "\n".join(parts) if parts else json.dumps(structured) if structured else ""


def _leaves(failure: BaseException) -> list[BaseException]:
    """The plain failures in a group of failures."""
    if isinstance(failure, BaseExceptionGroup):
        return [leaf for one in failure.exceptions for leaf in _leaves(one)]
    return [failure]


def _ours(failure: BaseException) -> SourceError | None:
    return next((one for one in _leaves(failure) if isinstance(one, SourceError)), None)


def _first(failure: BaseException) -> str:
    """The first plain reason in a failure, or in the group of failures it is."""
    first = _leaves(failure)[0]
    said = " ".join(str(first).split())[:200]
    return f"failed: {type(first).__name__}{f': {said}' if said else ''}"
