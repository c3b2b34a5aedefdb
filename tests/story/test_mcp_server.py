"""Our MCP server as the official client meets it: tools, resources, prompts; who may not, may not; an alert may knock."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import httpx2
import pytest
import uvicorn
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from tests.fake_clouds import AWS, KEYS, cloudwatch, datadog

from tocsin import config
from tocsin.app import service
from tocsin.app.settings import Settings
from tocsin.guard import tokens
from tocsin.model.identity import Role
from tocsin.web.face import create
from tocsin.web.rooms import Rooms

ALERT = "PostgreSQL connection pool exhausted on db-1. Active connections: 500/500. Service: payments"
TOOLS = {
    "respond_to_alert",
    "list_incidents",
    "get_incident",
    "search_runbooks",
    "query_metrics",
    "execute_runbook",
    "draft_update",
    "add_note",
}


class Served:
    def __init__(self, url: str, rooms: Rooms) -> None:
        self.url, self.rooms = url, rooms

    async def token(self, *roles: Role) -> str:
        text, kept = tokens.mint(self.rooms.names.new("TOK"), "ada@example.com", list(roles), self.rooms.clock.now(), 1)
        await self.rooms.store.write(lambda ledger: ledger.tokens.put(kept))
        return text

    @asynccontextmanager
    async def client(self, token: str) -> AsyncIterator[Client]:
        async with (
            httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as http,
            Client(streamable_http_client(f"{self.url}/api/mcp", http_client=http)) as client,
        ):
            yield client


@asynccontextmanager
async def served(**more: Any) -> AsyncIterator[Served]:
    own: dict[str, Any] = {"store": {"url": "memory:"}, "serve": {"token": {"env": "T"}}, **more}
    env = {
        "T": "the-service-token-of-this-test",
        "A": KEYS["DD-API-KEY"],
        "B": KEYS["DD-APPLICATION-KEY"],
        "S": AWS.secret,
    }
    settings = Settings.read(config.Config(config.merged(own), env, "test"))
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    async with service.open_rooms(settings, walking=False) as rooms:
        server = uvicorn.Server(uvicorn.Config(create(rooms), log_level="error"))
        running = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        try:
            yield Served(f"http://127.0.0.1:{listening.getsockname()[1]}", rooms)
        finally:
            rooms.stopping.set()
            server.should_exit = True
            await running


def told(result: Any) -> Any:
    return json.loads(result.content[0].text)


def test_the_official_client_finds_tools_resources_and_prompts_and_works_an_incident_with_them() -> None:
    async def story() -> None:
        async with served() as here:
            token = await here.token(Role.RESPONDER)
            async with here.client(token) as client:
                assert {one.name for one in (await client.list_tools()).tools} == TOOLS
                opened = told(await client.call_tool("respond_to_alert", {"alert": ALERT, "source": "plain_text"}))
                name = opened["decisions"][0]["incident"]
                assert told(await client.call_tool("list_incidents", {}))["incidents"][0]["id"] == name
                noted = told(await client.call_tool("add_note", {"incident_id": name, "text": "looking"}))
                assert noted["incident"] == name
                shown = told(await client.call_tool("get_incident", {"incident_id": name}))
                assert "looking" in json.dumps(shown)
                found = told(await client.call_tool("search_runbooks", {"query": "connection pool exhausted"}))
                assert found["runbooks"]
                assert len((await client.list_prompts()).prompts) == 4
                read = await client.read_resource(f"tocsin://incidents/{name}")
                assert json.loads(read.contents[0].text)["id"] == name
                live = await client.read_resource(f"tocsin://documents/{name}")
                assert "looking" in live.contents[0].text
            events = await here.rooms.store.read(lambda ledger: ledger.timeline.events(name))
            assert events[-1].actor == "person:ada@example.com"

    asyncio.run(story())


def test_a_token_that_may_only_read_changes_nothing_and_is_told_so() -> None:
    async def story() -> None:
        async with served() as here:
            async with here.client(await here.token(Role.VIEWER)) as client:
                for name, arguments in (
                    ("respond_to_alert", {"alert": ALERT}),
                    (
                        "execute_runbook",
                        {"runbookId": "db_kill_connections", "stepIndex": 0, "targetEnvironment": "production"},
                    ),
                ):
                    answer = await client.call_tool(name, arguments)
                    assert answer.is_error
                    assert "TCS-DENIED" in answer.content[0].text
            assert await here.rooms.store.read(lambda ledger: ledger.incidents.recent()) == []

    asyncio.run(story())


def test_no_token_a_wrong_one_and_a_page_of_elsewhere_are_refused_as_the_specification_says() -> None:
    async def story() -> None:
        async with served() as here, httpx.AsyncClient() as http:
            call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
            head = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
            for sent in ({}, {"Authorization": "Bearer eyJhbGciOiJub25lIn0.e30."}):
                answer = await http.post(f"{here.url}/api/mcp", json=call, headers={**head, **sent})
                assert answer.status_code == 401
                shown = answer.headers["www-authenticate"]
                assert "resource_metadata=" in shown and 'scope="' in shown
            where = shown.split('resource_metadata="')[1].split('"')[0]
            metadata = (await http.get(where)).json()
            assert metadata["resource"] == f"{here.url}/api/mcp"
            token = await here.token(Role.RESPONDER)
            elsewhere = {**head, "Authorization": f"Bearer {token}", "Origin": "https://evil.example"}
            assert (await http.post(f"{here.url}/api/mcp", json=call, headers=elsewhere)).status_code == 403
            with pytest.raises((MCPError, ExceptionGroup)):
                async with here.client("tcs_wrong") as client:
                    await client.list_tools()

    asyncio.run(story())


def test_a_header_that_says_another_method_than_the_body_is_refused() -> None:
    async def story() -> None:
        async with served() as here, httpx.AsyncClient() as http:
            meta = {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientInfo": {"name": "t", "version": "1"},
                "io.modelcontextprotocol/clientCapabilities": {},
            }
            call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": meta}}
            head = {
                "Accept": "application/json, text/event-stream",
                "Authorization": f"Bearer {await here.token(Role.RESPONDER)}",
                "MCP-Protocol-Version": "2026-07-28",
            }
            right = await http.post(f"{here.url}/api/mcp", json=call, headers=head | {"Mcp-Method": "tools/list"})
            assert right.status_code == 200 and "respond_to_alert" in right.text, right.text
            wrong = await http.post(f"{here.url}/api/mcp", json=call, headers=head | {"Mcp-Method": "prompts/list"})
            assert wrong.status_code == 400, wrong.text

    asyncio.run(story())


def test_an_alert_webhook_that_knocks_at_the_same_address_is_taken_as_an_alert() -> None:
    async def story() -> None:
        async with served() as here, httpx.AsyncClient() as http:
            alert = {
                "version": "4",
                "status": "firing",
                "receiver": "r",
                "groupKey": "k",
                "groupLabels": {},
                "commonLabels": {},
                "commonAnnotations": {},
                "externalURL": "http://am",
                "alerts": [
                    {
                        "status": "firing",
                        "labels": {"alertname": "HighErrorRate", "service": "payments", "severity": "critical"},
                        "annotations": {"summary": "45% of requests fail"},
                        "startsAt": "2026-11-28T10:00:00Z",
                        "endsAt": "0001-01-01T00:00:00Z",
                        "fingerprint": "abc",
                    }
                ],
            }
            refused = await http.post(f"{here.url}/api/mcp", json=alert)
            assert refused.status_code in (401, 403)
            proof = {"Authorization": "Bearer the-service-token-of-this-test"}
            taken = await http.post(f"{here.url}/api/mcp", json=alert, headers=proof)
            assert taken.status_code == 200, taken.text
            (incident,) = await here.rooms.store.read(lambda ledger: ledger.incidents.recent())
            assert incident.service == "payments"

    asyncio.run(story())


def test_a_metric_system_that_is_not_connected_is_named_and_counts_of_a_service_are_ours() -> None:
    async def story() -> None:
        async with served() as here, here.client(await here.token(Role.RESPONDER)) as client:
            answer = await client.call_tool("query_metrics", {"source": "datadog", "query": "CPU last_15m"})
            assert answer.is_error
            assert "TCS-SOURCE-UNCONFIGURED" in answer.content[0].text
            await client.call_tool("respond_to_alert", {"alert": ALERT, "source": "plain_text"})
            counted = told(
                await client.call_tool("query_metrics", {"source": "pagerduty", "query": "payments last_15m"})
            )
            assert counted["incidents"] == 1

    asyncio.run(story())


def test_a_figure_comes_from_datadog_and_cloudwatch_in_their_own_language_with_a_link_to_where_it_stands() -> None:
    end = datetime(2026, 11, 28, 10, 0, tzinfo=UTC)
    held = [("cart", end - timedelta(minutes=at), float(at)) for at in range(10)]
    over = {"start": "2026-11-28T09:45:00Z", "end": "2026-11-28T10:00:00Z"}

    async def story(dog: str, watch: str) -> None:
        connectors = {
            "datadog": {"url": dog, "api_key": {"env": "A"}, "application_key": {"env": "B"}},
            "cloudwatch": {
                "url": watch,
                "region": "eu-west-1",
                "access_key_id": AWS.key_id,
                "secret_access_key": {"env": "S"},
            },
        }
        async with served(connectors=connectors) as here, here.client(await here.token(Role.RESPONDER)) as client:
            for source, query, link in (
                ("datadog", "avg:depth{service:cart}", "app.datadoghq.com/metric/explorer"),
                ("cloudwatch", "Shop depth Service=cart", "console.aws.amazon.com/cloudwatch"),
                ("cloudwatch", "SEARCH('\"cart\"', 'Average', 60)", "console.aws.amazon.com/cloudwatch"),
            ):
                for how, figure in (("max", 9.0), ("avg", 4.5), ("count", 10.0)):
                    asked = {"source": source, "query": query, "timeRange": over, "aggregation": how}
                    answer = await client.call_tool("query_metrics", asked)
                    assert not answer.is_error, answer.content[0].text
                    assert told(answer)["value"] == figure
                    assert link in told(answer)["link"]
            wrong = await client.call_tool("query_metrics", {"source": "datadog", "query": "depth"})
            assert wrong.is_error
            assert "TCS-SOURCE" in wrong.content[0].text

    with datadog("depth", held) as dog, cloudwatch("depth", held) as watch:
        asyncio.run(story(dog, watch))
