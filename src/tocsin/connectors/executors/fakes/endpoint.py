"""The fake of an HTTP endpoint: keeps what it was sent, does a keyed request once, can lose answers. For tests and demos."""

import json
from dataclasses import dataclass, field

import httpx


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it arrived."""

    method: str
    path: str
    body: object
    key: str


@dataclass(slots=True)
class FakeEndpoint:
    """Plays one endpoint. `effects` are the changes it made: a repeated key repeats the answer, not the change."""

    status: int = 200
    answer: object = None
    fault: str = ""
    """`down`: nothing listens. `cut`: the change is made and the answer lost. "": all is well."""
    refused: frozenset[str] = frozenset()
    """Paths that are answered 422 and do nothing."""
    received: list[Received] = field(default_factory=list)
    effects: list[Received] = field(default_factory=list)

    def transport(self) -> httpx.AsyncBaseTransport:
        """What a Wire is given in place of the network."""
        return httpx.MockTransport(self._handle)

    def _handle(self, request: httpx.Request) -> httpx.Response:
        if self.fault == "down":
            raise httpx.ConnectError("connection refused", request=request)
        body = json.loads(request.content) if request.content else None
        arrived = Received(
            request.method, request.url.raw_path.decode(), body, request.headers.get("Idempotency-Key", "")
        )
        self.received.append(arrived)
        if arrived.path in self.refused:
            return httpx.Response(422, json="refused")
        if request.method not in ("GET", "HEAD") and self.status < 400 and not self._known(arrived):
            self.effects.append(arrived)
        if self.fault == "cut":
            raise httpx.ReadError("connection reset", request=request)
        return httpx.Response(self.status, json=self.answer)

    def _known(self, arrived: Received) -> bool:
        return bool(arrived.key) and any(one.key == arrived.key for one in self.effects)
