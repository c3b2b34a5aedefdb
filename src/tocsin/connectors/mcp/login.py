"""A person's login at an authorization server, for tool servers that give their tools to people: kept in a file of its owner's.

`tocsin tools login NAME` asks for it once, in a browser; the service goes on with it and has it renewed. The SDK does the
authorization code flow with PKCE (`code_flow`); who is spoken to, and where tokens are kept, is ours.
"""

import asyncio
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from tocsin.connectors.mcp.oauth import only_known
from tocsin.errors import SourceError
from tocsin.model.plain import one_line
from tocsin.ports import Clock

if TYPE_CHECKING:
    import httpx2

CODE = "TCS-SOURCE-LOGIN"
_PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\ntocsin has heard it. You may close this page.\n"


@dataclass(slots=True)
class Login:
    """Who has logged in, and how the next who must is asked. `client` is "" where tocsin registers itself."""

    name: str
    issuer: str
    client: str
    secret: str
    scopes: tuple[str, ...]
    file: Path
    port: int
    clock: Clock
    ask: Callable[[str], None] | None = None
    """Shows a person the address to open; None: nobody is there."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while tokens are renewed: a renewal may be good once only."""

    @property
    def redirect(self) -> str:
        """Where the browser brings the answer: this machine."""
        return f"http://127.0.0.1:{self.port}/callback"

    def auth(self, url: str) -> "httpx2.Auth":
        """For the client that speaks to the tool server at `url`."""
        from tocsin.connectors.mcp.code_flow import CodeFlow

        return CodeFlow(url, self)

    def only_known(self, url: str, name: str) -> dict[str, list[Any]]:
        """Hooks of that client: a request to any other host is not sent. Raises SourceError."""
        return only_known(url, self.issuer, name)

    def kept(self) -> dict[str, Any]:
        """What is in the file: tokens, client, metadata, expires_at; {} when nobody has logged in. Raises SourceError."""
        try:
            if self.file.stat().st_mode & 0o077:
                raise self.failed(f"keeps its login in {self.file}, which others may read", f"chmod 600 {self.file}")
            found: dict[str, Any] = json.loads(self.file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as failure:
            raise self.failed(f"has a login in {self.file} that cannot be read", self.again) from failure
        return found

    def keep(self, kept: dict[str, Any]) -> None:
        """Writes it whole, readable by its owner alone. Raises SourceError."""
        beside = self.file.with_name(f"{self.file.name}.new")
        try:
            beside.unlink(missing_ok=True)
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
                json.dump(kept, out)
                out.flush()
                os.fsync(out.fileno())
            beside.replace(self.file)
        except OSError as failure:
            raise self.failed(
                f"has a login that cannot be kept in {self.file}", "Make its folder writable."
            ) from failure

    def stale(self) -> bool:
        """Is what is kept over?"""
        until = self.kept().get("expires_at")
        return until is not None and self.clock.now().timestamp() >= until

    async def answered(self, address: str) -> dict[str, str]:
        """What the browser of the person who was asked brings back. Raises SourceError where nobody is there."""
        if self.ask is None:
            raise self.failed("wants a person to log in", self.again)
        if urlsplit(address).netloc != urlsplit(self.issuer).netloc:
            raise self.failed(f"sends people to {urlsplit(address).netloc[:100]} to log in", "See its `oauth.issuer`.")
        heard: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()

        async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            target = (await reader.readline()).decode("ascii", "replace").split(" ")[1:2]
            path, _, query = (target or [""])[0].partition("?")
            if path == "/callback" and not heard.done():
                heard.set_result({name: values[0] for name, values in parse_qs(query).items()})
            writer.write(_PAGE)
            await writer.drain()
            writer.close()
            await writer.wait_closed()

        async with await asyncio.start_server(hear, "127.0.0.1", self.port):
            self.ask(address)
            said = await heard
        if "code" not in said:
            raise self.failed(f"was refused: {one_line(said.get('error', 'no code'), 100)}", self.again)
        return said

    @property
    def again(self) -> str:
        """What to do."""
        return f"Run `tocsin tools login {self.name}`."

    def failed(self, what: str, do: str) -> SourceError:
        """As ours."""
        return SourceError(f"the tool server {self.name} {what}.", do, code=CODE)
