"""`http`: one request to an endpoint that the configuration names, with its key in `Idempotency-Key`.

Method, path and body are typed parts of a reviewed step; a value in them can neither leave the path it stands in nor add a
query. A change is rehearsed by saying what would be sent, and by asking the endpoint for its health where it has such a path.
"""

import json
import re
from collections.abc import Mapping
from typing import Literal

from pydantic import Field, field_validator

from tocsin.connectors.executors.call import (
    OUTPUT_BYTES,
    Reach,
    bounded,
    honest,
    must_only_read,
    one_of,
    read_call,
    refused,
)
from tocsin.connectors.executors.sending import Answer, Request, Wire
from tocsin.connectors.http_json import HttpAccess
from tocsin.errors import SourceError
from tocsin.model.action import Outcome, Rehearsal, RenderedStep
from tocsin.model.ground import Value

_PATH = re.compile(r"(/[A-Za-z0-9._~!$&'()*+,;=:@-]*)+")
"""Path characters of RFC 3986, none of them encoded: what is approved is what is sent."""


class EndpointAccess(HttpAccess, Reach):
    """One entry of `executors.http.endpoints`; its name is what a step calls `target`."""

    health: str = Field(default="", pattern=r"^$|^/")
    """A path that answers 2xx while the endpoint is well; asked by GET before a change is offered."""


class HttpConfig(Value):
    """Section `executors.http`."""

    endpoints: dict[str, EndpointAccess] = Field(default_factory=dict)


class HttpCall(Value):
    """The `run` entry of an http step, slots filled."""

    executor: Literal["http"]
    target: str
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    path: str = "/"
    body: dict[str, str | int | float | bool] = Field(default_factory=dict)

    @field_validator("path")
    @classmethod
    def _stays_in_place(cls, path: str) -> str:
        segments = path.split("/")[1:]
        if len(path) > 1000 or not _PATH.fullmatch(path) or {".", ".."} & set(segments) or "" in segments[:-1]:
            raise ValueError("only a plain absolute path without a query, `..` or encoded characters is sent")
        return path

    def request(self, key: str) -> Request:
        """As it goes over the wire. The key makes a repeated change one change, where the endpoint heeds it."""
        content = json.dumps(self.body).encode() if self.body else b""
        asked = Request(self.method, self.path, content, most_bytes=OUTPUT_BYTES)
        headers = {"Idempotency-Key": key} if asked.changes and key else {}
        return Request(self.method, self.path, content, headers=headers, most_bytes=OUTPUT_BYTES)


class Http:
    """Executor of requests. `wires` holds one opened wire for each configured endpoint."""

    name = "http"

    def __init__(self, config: HttpConfig, wires: Mapping[str, Wire]) -> None:
        self._endpoints, self._wires = config.endpoints, wires

    async def rehearse(self, step: RenderedStep) -> Rehearsal:
        """What would be sent where, after a look at the endpoint's health. Sends nothing else."""
        return await honest(self._rehearse(step))

    async def run(self, step: RenderedStep, key: str) -> Outcome:
        """Sends it once. Raises SourceError or OutcomeUnknown."""
        call = self._checked(step)
        answer = await self._wires[call.target].send(step, call.request(key))
        return Outcome(
            ok=True, said=f"{call.method} {call.target}{call.path} answered {answer.status}.", output=_output(answer)
        )

    async def _rehearse(self, step: RenderedStep) -> Rehearsal:
        call = self._checked(step)
        body = f" with {json.dumps(call.body, ensure_ascii=False)}" if call.body else ""
        said = f"Would send {call.method} {self._endpoints[call.target].url}{call.path}{body}."
        looked = await self._health(step, call.target)
        return Rehearsal(ok=all(holds for _, holds, _ in looked), said=bounded(said, 8_000), preconditions=looked)

    async def _health(self, step: RenderedStep, target: str) -> tuple[tuple[str, bool, str], ...]:
        path = self._endpoints[target].health
        if not path:
            return ()
        must = f"{target} is well ({path} answers 2xx)"
        try:
            answer = await self._wires[target].send(step, Request("GET", path, most_bytes=1_000))
        except SourceError as failure:
            return ((must, False, failure.what),)
        return ((must, True, f"it answered {answer.status}"),)

    def _checked(self, step: RenderedStep) -> HttpCall:
        call = read_call(step, HttpCall)
        if call.target not in self._endpoints:
            raise refused(f"There is no endpoint {call.target!r}.", one_of(self._endpoints, "http.endpoints"))
        self._endpoints[call.target].check(step, call.target)
        must_only_read(step, call.request("").changes)
        return call


def _output(answer: Answer) -> str:
    return answer.text if answer.whole else f"{answer.text}\n[cut at {OUTPUT_BYTES} bytes]"
