"""Opens the tool box for a server that a document names, where configuration lets it be spoken to. Made by `app`."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

from tocsin.config import Config
from tocsin.connectors.mcp.box import McpBox
from tocsin.connectors.mcp.login import Login
from tocsin.connectors.mcp.oauth import Account
from tocsin.connectors.mcp.settings import OAuthSettings, ServerSettings, ToolsSettings
from tocsin.errors import NotFound, SourceError
from tocsin.model.plan import ToolServer
from tocsin.ports import Clock

PATH = "/mcp"
"""Where a server that is named without a path is spoken to."""
LOGIN_SECONDS = 300.0
"""What a person has to log in."""


class McpServers:
    """The boxes there are, each opened when it is first asked for."""

    def __init__(self, settings: ToolsSettings, config: Config, clock: Clock) -> None:
        self._settings, self._config, self._clock = settings, config, clock
        self._boxes: dict[tuple[str, str, str], McpBox] = {}

    def box(self, server: ToolServer) -> McpBox:
        """One box for each server and secret: who names no secret must not speak with another's.

        Raises SourceError for one that is not named here, ConfigError for a missing secret.
        """
        known = server.name in self._settings.servers
        key = (server.name, "", "") if known else (server.name, server.url, server.secret)
        if key not in self._boxes:
            self._boxes[key] = self._opened(server)
        return self._boxes[key]

    async def login(self, name: str, ask: Callable[[str], None]) -> int:
        """Has a person log in anew, by the address that `ask` shows; how many tools they have. Raises SourceError, NotFound."""
        known = self._settings.servers.get(name)
        if known is None or known.oauth is None or not known.oauth.login:
            what = f"no tool server {name[:80]!r} takes a person's login."
            raise NotFound(what, f"Give `tools.servers.{name[:80]}.oauth` a `login`.", code="TCS-SOURCE-LOGIN")
        box = self._named(name, known)
        box.settings = self._settings.model_copy(update={"seconds": LOGIN_SECONDS})
        if isinstance(box.account, Login):
            box.account.ask = ask
            box.account.file.unlink(missing_ok=True)
        return len(await box.tools())

    def probes(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """A sign of life of each server that is named here."""
        return {f"tools/{name}": self.box(ToolServer(name=name)).alive for name in self._settings.servers}

    async def close(self) -> None:
        """Ends the programs that were started."""
        for box in self._boxes.values():
            await box.close()

    def _opened(self, server: ToolServer) -> McpBox:
        known = self._settings.servers.get(server.name)
        if known is not None:
            return self._named(server.name, known)
        mapped = self._settings.map.get(urlsplit(server.url).netloc)
        if mapped is None:
            what = f"the tool server {server.name} at {server.url or 'a command'} is not named in this installation."
            raise SourceError(
                what,
                f"Add it under `tools.servers.{server.name}`, or its host under `tools.map`.",
                code="TCS-SOURCE-TOOL",
            )
        token = self._secret(server.secret)
        return McpBox(server.name, self._settings, self._clock, _with_path(mapped), token=token)

    def _named(self, name: str, known: ServerSettings) -> McpBox:
        where, secret = f"tools.servers.{name}", self._config.secret
        hidden = {key: secret(place, f"{where}.secrets.{key}") for key, place in known.secrets.items()}
        account = self._account(name, known.oauth) if known.oauth is not None else None
        return McpBox(
            name,
            self._settings,
            self._clock,
            url=_with_path(known.url),
            command=known.command,
            token=secret(known.bearer, f"{where}.bearer") if known.bearer else "",
            account=account,
            env={**known.env, **hidden},
        )

    def _account(self, name: str, own: OAuthSettings) -> Account | Login:
        secret = self._config.secret(own.secret, f"tools.servers.{name}.oauth.secret") if own.secret else ""
        if not own.login:
            return Account(own.issuer, own.client, secret, own.scopes)
        return Login(name, own.issuer, own.client, secret, own.scopes, Path(own.login), own.port, self._clock)

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
