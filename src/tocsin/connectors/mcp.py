"""MCP servers as tool boxes: over Streamable HTTP or standard input and output. Settings, the adapter, and nothing else.

Which servers may be spoken to is configuration: an address in a document counts only where `tools` names or maps it. What a
server answers is data: bounded here, judged and redacted by whoever asked. A call opens a connection of its own: the protocol
has no sessions any more, and a server that hangs holds up nothing else.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import Field

from tocsin.config import Config, Secret
from tocsin.errors import SourceError
from tocsin.model.ground import Value
from tocsin.model.plan import ToolServer
from tocsin.ports import Clock, ToolAnswer, ToolCard

if TYPE_CHECKING:
    from mcp import Client

PATH = "/mcp"
"""Where a server that is named without a path is spoken to."""
_DO = "Check that it runs and that `tools` names its address."


class ServerSettings(Value):
    """A server of this installation: an address or a command, and where its secret is kept."""

    url: str = ""
    command: tuple[str, ...] = ()
    bearer: Secret | None = None


class ToolsSettings(Value):
    """Section `tools`: the tool servers that agents may name."""

    servers: dict[str, ServerSettings] = Field(default_factory=dict)
    """By the name that documents use."""
    map: dict[str, str] = Field(default_factory=dict)
    """Host (and port) in documents to the address it stands for here."""
    secrets: dict[str, Secret] = Field(default_factory=dict)
    """Names of secrets in documents to where they are kept."""
    seconds: float = Field(default=20, gt=0, le=600)
    answer_characters: int = Field(default=20_000, ge=500, le=1_000_000)
    listed_seconds: float = Field(default=300, ge=0)
    """How long a server's list of tools is believed."""
    most_tools: int = Field(default=200, ge=1)


@dataclass(slots=True)
class McpBox:
    """ports.ToolBox over one MCP server."""

    name: str
    settings: ToolsSettings
    clock: Clock
    url: str = ""
    command: tuple[str, ...] = ()
    token: str = ""
    _listed: tuple[float, tuple[ToolCard, ...]] = field(default=(0.0, ()))

    async def tools(self) -> Sequence[ToolCard]:
        """What it offers, asked again after a while."""
        now = self.clock.now().timestamp()
        at, known = self._listed
        if not known or now - at > self.settings.listed_seconds:
            self._listed = (now, tuple([_card(self.name, one) for one in await self._list()]))
        return self._listed[1]

    async def call(self, tool: str, arguments: Mapping[str, Any], key: str = "") -> ToolAnswer:
        """One call; `key` goes along as `_meta`, for a server that knows to do a thing once."""

        async def ask(client: "Client") -> ToolAnswer:
            meta = {"tocsin/key": key} if key else None
            result = await client.call_tool(tool, dict(arguments), meta=meta)  # type: ignore[arg-type]
            return self._bounded(_text(result), is_error=bool(getattr(result, "is_error", False)))

        answer = await self._with(ask)
        if not isinstance(answer, ToolAnswer):
            raise TypeError(type(answer).__name__)
        return answer

    async def _list(self) -> list[Any]:
        async def ask(client: "Client") -> list[Any]:
            found: list[Any] = []
            cursor = None
            while len(found) < self.settings.most_tools:
                page = await client.list_tools(cursor=cursor)
                found += page.tools
                cursor = page.next_cursor
                if not cursor:
                    break
            return found[: self.settings.most_tools]

        answer = await self._with(ask)
        return answer if isinstance(answer, list) else []

    async def _with(self, ask: Any) -> object:  # noqa: ANN401 - what is done with the client
        """Connects, asks, and lets go, all within the time. Raises SourceError."""
        try:
            async with asyncio.timeout(self.settings.seconds), AsyncExitStack() as closing:
                return await ask(await self._client(closing))
        except TimeoutError as failure:
            raise self._lost(f"did not answer within {self.settings.seconds:g} seconds") from failure
        except SourceError:
            raise
        except Exception as failure:  # a group of whatever the transport met
            raise self._lost(_first(failure)) from failure

    async def _client(self, closing: AsyncExitStack) -> "Client":
        from mcp import Client, StdioServerParameters
        from mcp.client.streamable_http import streamable_http_client

        if self.command:
            program, *rest = self.command
            return await closing.enter_async_context(
                Client(StdioServerParameters(command=program, args=rest), cache=None)
            )
        import httpx2

        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        http = await closing.enter_async_context(httpx2.AsyncClient(headers=headers, timeout=self.settings.seconds))
        return await closing.enter_async_context(Client(streamable_http_client(self.url, http_client=http), cache=None))

    def _bounded(self, text: str, *, is_error: bool) -> ToolAnswer:
        most = self.settings.answer_characters
        return ToolAnswer(text=text[:most], is_error=is_error, truncated=len(text) > most)

    def _lost(self, why: str) -> SourceError:
        return SourceError(f"the tool server {self.name} {why}.", _DO, code="TCS-SOURCE-TOOL")


class McpServers:
    """Opens the box for a server that a document names, where configuration lets it be spoken to."""

    def __init__(self, settings: ToolsSettings, config: Config, clock: Clock) -> None:
        self._settings, self._config, self._clock = settings, config, clock
        self._boxes: dict[tuple[str, str, str], McpBox] = {}

    def box(self, server: ToolServer) -> McpBox:
        """One box for each server and secret: who names no secret must not speak with another's.

        Raises SourceError for one that is not named here, ConfigError for a missing secret.
        """
        key = (server.name, server.url, server.secret)
        if key not in self._boxes:
            self._boxes[key] = self._opened(server)
        return self._boxes[key]

    def _opened(self, server: ToolServer) -> McpBox:
        known = self._settings.servers.get(server.name)
        if known is not None:
            token = self._config.secret(known.bearer, f"tools.servers.{server.name}.bearer") if known.bearer else ""
            return McpBox(server.name, self._settings, self._clock, _with_path(known.url), known.command, token)
        mapped = self._settings.map.get(urlsplit(server.url).netloc)
        if mapped is None:
            what = f"the tool server {server.name} at {server.url or 'a command'} is not named in this installation."
            raise SourceError(
                what,
                f"Add it under `tools.servers.{server.name}`, or its host under `tools.map`.",
                code="TCS-SOURCE-TOOL",
            )
        return McpBox(server.name, self._settings, self._clock, _with_path(mapped), (), self._secret(server.secret))

    def _secret(self, name: str) -> str:
        if not name:
            return ""
        place = self._settings.secrets.get(name)
        if place is None:
            raise SourceError(
                f"the secret {name!r} is kept nowhere.", f"Add it under `tools.secrets.{name}`.", code="TCS-SOURCE-TOOL"
            )
        return self._config.secret(place, f"tools.secrets.{name}")


def _with_path(url: str) -> str:
    return url if not url or urlsplit(url).path.strip("/") else url.rstrip("/") + PATH


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


def _first(failure: BaseException) -> str:
    """The first plain reason in a failure, or in the group of failures it is."""
    while isinstance(failure, BaseExceptionGroup):
        failure = failure.exceptions[0]
    said = " ".join(str(failure).split())[:200]
    return f"failed: {type(failure).__name__}{f': {said}' if said else ''}"
