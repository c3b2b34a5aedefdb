"""A small authorization server: its metadata, registration, a person who always says yes, tokens. Used by `serving` and tests."""

import base64
import json
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlencode

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
    _challenges: dict[str, str] = field(default_factory=dict)
    _renewals: set[str] = field(default_factory=set)
    """Each is good once."""

    def revoke(self) -> None:
        """No token is good any more."""
        self.tokens.clear()

    async def __call__(self, scope: Asgi, receive: Asgi, send: Asgi) -> None:
        """ASGI: RFC 8414 metadata, and the token endpoint."""
        if scope["type"] != "http":
            return
        if scope["path"] == "/.well-known/oauth-authorization-server":
            await answer(send, 200, self._metadata())
        elif scope["path"] == "/authorize":
            where = self._authorized({k: v[0] for k, v in parse_qs(scope["query_string"].decode()).items()})
            await answer(send, 302, {}, (b"location", where.encode()))
        elif scope["path"] == "/register":
            asked = json.loads((await receive()).get("body", b""))
            await answer(send, 201, {**asked, "client_id": self.client})
        elif scope["path"] == "/token":
            form = {k: v[0] for k, v in parse_qs((await receive()).get("body", b"").decode()).items()}
            await answer(send, *self._token(dict(scope["headers"]), form))
        else:
            await answer(send, 404, {"error": "not_found"})

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "registration_endpoint": f"{self.url}/register",
            "grant_types_supported": ["client_credentials", "authorization_code", "refresh_token"],
            "code_challenge_methods_supported": ["S256"],
            "response_types_supported": ["code"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }

    def _authorized(self, asked: dict[str, str]) -> str:
        """The person says yes: where the browser goes then."""
        self._challenges[code := secrets.token_urlsafe(12)] = asked["code_challenge"]
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def _token(self, headers: dict[bytes, bytes], form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.asked.append(form)
        if form.get("resource") != self.resource:
            return 400, {"error": "invalid_target"}
        match form.get("grant_type"):
            case "authorization_code":
                challenge = base64.urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).decode()
                good = self._challenges.pop(form["code"], "") == challenge.rstrip("=")
                return self._given(renewable=True) if good else (400, {"error": "invalid_grant"})
            case "refresh_token":
                good = form["refresh_token"] in self._renewals
                self._renewals.discard(form["refresh_token"])
                return self._given(renewable=True) if good else (400, {"error": "invalid_grant"})
        return self._by_credentials(headers, form)

    def _by_credentials(self, headers: dict[bytes, bytes], form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        shown = base64.b64encode(f"{self.client}:{self.secret}".encode()).decode()
        if headers.get(b"authorization", b"").decode() != f"Basic {shown}":
            return 401, {"error": "invalid_client"}
        if form.get("grant_type") != "client_credentials":
            return 400, {"error": "unsupported_grant_type"}
        return self._given()

    def _given(self, *, renewable: bool = False) -> tuple[int, dict[str, Any]]:
        self.tokens.add(token := secrets.token_urlsafe(24))
        told: dict[str, Any] = {"access_token": token, "token_type": "Bearer", "expires_in": self.lives_seconds}
        if renewable:
            self._renewals.add(renewal := secrets.token_urlsafe(24))
            told["refresh_token"] = renewal
        return 200, told


async def answer(send: Asgi, status: int, body: dict[str, Any], *headers: tuple[bytes, bytes]) -> None:
    """One JSON answer over ASGI."""
    head = [(b"content-type", b"application/json"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})
