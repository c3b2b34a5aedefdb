"""What the executor `http` sends, and how it reads an answer."""

import asyncio
from typing import Any

import httpx
import pytest
from tests.conformance.test_executors import step_of

from tocsin.connectors.executors.fakes.endpoint import FakeEndpoint
from tocsin.connectors.executors.http import EndpointAccess, Http, HttpConfig
from tocsin.connectors.executors.sending import Wire
from tocsin.errors import OutcomeUnknown, SourceError
from tocsin.model.action import Risk


def opened(far: FakeEndpoint | httpx.AsyncBaseTransport, **access: Any) -> Http:
    transport = far.transport() if isinstance(far, FakeEndpoint) else far
    config = HttpConfig(endpoints={"waf": EndpointAccess(url="http://waf", **access)})
    return Http(config, {"waf": Wire("waf", "http://waf", dict, transport=transport)})


def call(path: str = "/block", method: str = "POST") -> dict[str, Any]:
    return {"executor": "http", "target": "waf", "method": method, "path": path}


def test_a_change_repeated_with_its_key_happens_once_at_an_endpoint_that_heeds_it() -> None:
    far = FakeEndpoint()
    for _ in range(2):
        asyncio.run(opened(far).run(step_of(call()), "INC-1:0"))
    assert len(far.received) == 2
    assert len(far.effects) == 1


@pytest.mark.parametrize(
    "path", ["/a/../b", "/a//b", "/a?b=c", "/a#b", "/a%2fb", "a", "//evil.example/", "/a\\b", "/a b", "/é", "/./a"]
)
def test_a_value_in_a_path_can_neither_climb_nor_add_a_query_nor_name_a_host(path: str) -> None:
    far = FakeEndpoint()
    with pytest.raises(SourceError, match="path"):
        asyncio.run(opened(far).run(step_of(call(path)), ""))
    assert far.received == []


@pytest.mark.parametrize(("status", "error"), [(400, SourceError), (404, SourceError), (409, SourceError), (429, SourceError),
                                               (501, SourceError), (302, OutcomeUnknown), (303, OutcomeUnknown),
                                               (500, OutcomeUnknown), (502, OutcomeUnknown), (504, OutcomeUnknown)])  # fmt: skip
def test_a_status_says_whether_a_change_surely_did_not_happen(status: int, error: type[Exception]) -> None:
    with pytest.raises(error) as told:
        asyncio.run(opened(FakeEndpoint(status=status, answer="why not")).run(step_of(call()), ""))
    assert f"answered {status}" in str(told.value)


def test_a_redirect_is_not_followed() -> None:
    far = httpx.MockTransport(lambda request: httpx.Response(307, headers={"Location": "http://evil.example/"}))
    with pytest.raises(OutcomeUnknown, match="answered 307"):
        asyncio.run(opened(far).run(step_of(call()), ""))


def test_an_endpoint_that_is_not_well_is_seen_before_anybody_approves() -> None:
    far = FakeEndpoint(status=503)
    rehearsal = asyncio.run(opened(far, health="/healthz").rehearse(step_of(call())))
    assert not rehearsal.ok
    assert [one.method for one in far.received] == ["GET"]
    assert not rehearsal.preconditions[0][1]


def test_a_rehearsal_shows_the_whole_request() -> None:
    step = step_of({**call(), "body": {"address": "192.0.2.1"}})
    rehearsal = asyncio.run(opened(FakeEndpoint()).rehearse(step))
    assert rehearsal.said == 'Would send POST http://waf/block with {"address": "192.0.2.1"}.'


def test_a_large_answer_is_cut_and_says_so() -> None:
    far = httpx.MockTransport(lambda request: httpx.Response(200, content=b"x" * 1_000_000))
    outcome = asyncio.run(opened(far).run(step_of(call("/", "GET"), Risk.READ), ""))
    assert outcome.output.endswith("[cut at 65536 bytes]")


def test_an_answer_that_never_ends_is_given_up_in_time() -> None:
    async def slow(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(60)
        return httpx.Response(200)

    with pytest.raises(OutcomeUnknown, match=r"within 0\.2 s"):
        asyncio.run(opened(httpx.MockTransport(slow)).run(step_of(call(), timeout_seconds=0.2), ""))


def test_an_endpoint_of_production_serves_no_other_environment() -> None:
    with pytest.raises(SourceError, match="staging"):
        asyncio.run(
            opened(FakeEndpoint(), environments=("production",)).run(step_of(call(), environment="staging"), "")
        )
