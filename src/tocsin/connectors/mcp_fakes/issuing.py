"""A small authorization server: its metadata, and tokens by client credentials for one audience. Used by `serving` and tests."""

import base64
import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

Asgi = Any


@dataclass(slots=True)
class Issuer:
    """Gives tokens to one client. `url` is where it is served; `resource` is what a token is good for."""

    client: str
    secret: str
    url: str = ""
    resource: str = ""
    lives_seconds: int = 3600
    tokens: set[str] = field(default_factory=set)
    asked: list[dict[str, str]] = field(default_factory=list)
    """The token requests that came, in order."""

    def revoke(self) -> None:
        """No token is good any more."""
        self.tokens.clear()

    async def __call__(self, scope: Asgi, receive: Asgi, send: Asgi) -> None:
        """ASGI: RFC 8414 metadata, and the token endpoint."""
        if scope["type"] != "http":
            return
        if scope["path"] == "/.well-known/oauth-authorization-server":
            await answer(send, 200, self._metadata())
        elif scope["path"] == "/token":
            await answer(send, *self._token(dict(scope["headers"]), (await receive()).get("body", b"")))
        else:
            await answer(send, 404, {"error": "not_found"})

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "grant_types_supported": ["client_credentials"],
            "response_types_supported": ["code"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }

    def _token(self, headers: dict[bytes, bytes], body: bytes) -> tuple[int, dict[str, Any]]:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        self.asked.append(form)
        shown = base64.b64encode(f"{self.client}:{self.secret}".encode()).decode()
        if headers.get(b"authorization", b"").decode() != f"Basic {shown}":
            return 401, {"error": "invalid_client"}
        if form.get("grant_type") != "client_credentials" or form.get("resource") != self.resource:
            return 400, {"error": "invalid_target"}
        self.tokens.add(token := secrets.token_urlsafe(24))
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": self.lives_seconds}


async def answer(send: Asgi, status: int, body: dict[str, Any], *headers: tuple[bytes, bytes]) -> None:
    """One JSON answer over ASGI."""
    head = [(b"content-type", b"application/json"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})
