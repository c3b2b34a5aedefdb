"""Our MCP client with other people's servers, and other people's client with our server. `make mcp-servers` gets them.

Each test skips by name where its peer is not installed. Nothing is reached but this machine.
"""

import asyncio
import json
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from tests.servers_prometheus import PROMETHEUS, PROMTOOL, free_port, prometheus
from tests.story.test_mcp_server import TOOLS, served

from tocsin.app.settings import Settings
from tocsin.config import Config, merged
from tocsin.connectors.mcp import McpBox, McpServers, ToolsSettings
from tocsin.connectors.system import SystemClock
from tocsin.guard.powers import tool_power
from tocsin.model.identity import Role
from tocsin.model.plan import Power, ToolServer

PEERS = Path(".mcp-servers").resolve()
PYTHON, NODE = PEERS / "python" / "bin", PEERS / "node" / "node_modules" / ".bin"
CLASSES = Settings.read(Config(merged({}), {}, "defaults")).playbooks.tools
ALERT = "PostgreSQL connection pool exhausted on db-1. Service: payments"


def peer(path: Path) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not path.exists(), reason=f"{path.name} is not installed: make mcp-servers")


def box(name: str, command: list[str], **env: str) -> McpBox:
    settings = ToolsSettings.model_validate({"seconds": 60, "servers": {name: {"command": command, "env": env}}})
    return McpServers(settings, Config(merged({}), {}, "test"), SystemClock()).box(ToolServer(name=name))


async def listed(box: McpBox) -> dict[str, Power]:
    """Its tools, and what each of them does."""
    return {one.name: tool_power(one.path, CLASSES) for one in await box.tools()}


@peer(PYTHON / "prometheus-mcp-server")
@pytest.mark.skipif(not (PROMETHEUS and PROMTOOL), reason="prometheus and promtool are not installed")
def test_prometheus_mcp_server_reads_a_real_prometheus_for_us(tmp_path: Path) -> None:
    end = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    samples = "\n".join(f'pool{{app="pay"}} {500 + at} {end.timestamp() - 15 * at}' for at in range(20, -1, -1))

    async def story(url: str) -> None:
        here = box("prometheus", [str(PYTHON / "prometheus-mcp-server")], PROMETHEUS_URL=url)
        try:
            powers = await listed(here)
            assert set(powers.values()) == {Power.READ}, powers
            asked = {"query": 'pool{app="pay"}', "time": end.isoformat().replace("+00:00", "Z")}
            answer = await here.call("execute_query", asked)
            assert not answer.is_error
            assert '"500"' in answer.text, answer.text
            over = {"query": "pool", "start": str(end.timestamp() - 60), "end": str(end.timestamp()), "step": "15s"}
            assert '"504"' in (await here.call("execute_range_query", over)).text
            wrong = await here.call("execute_query", {"query": "sum("})
            assert wrong.is_error
        finally:
            await here.close()

    with prometheus(tmp_path, openmetrics=f"# TYPE pool gauge\n{samples}\n# EOF\n") as url:
        asyncio.run(story(url))


SOURCE = {"id": 1, "uid": "prom", "name": "prom", "type": "prometheus", "access": "proxy", "jsonData": {}}


class _Grafana(BaseHTTPRequestHandler):
    """What mcp-grafana asks of a Grafana for one query, as Grafana's HTTP API answers it."""

    def do_GET(self) -> None:
        self._said(self._answer())

    do_POST = do_GET

    def _answer(self) -> Any:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        if (
            self.path.startswith("/api/datasources/uid/prom")
            and "proxy" not in self.path
            and "resources" not in self.path
        ):
            return SOURCE
        if self.path == "/api/datasources":
            return [SOURCE]
        if self.path.startswith("/api/datasources"):
            sample = {"metric": {"app": "pay"}, "value": [1, "500"]}
            return {"status": "success", "data": {"resultType": "vector", "result": [sample]}}
        return {}

    def _said(self, body: Any) -> None:
        authorized = self.headers.get("authorization") == "Bearer glsa_of-the-test"
        self.send_response(200 if authorized else 401)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def played_grafana() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Grafana)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@peer(PYTHON / "mcp-grafana")
def test_mcp_grafana_lists_its_tools_and_asks_a_grafana_with_the_secret_that_we_keep(played_grafana: str) -> None:
    async def story() -> None:
        server = {
            "command": [str(PYTHON / "mcp-grafana")],
            "env": {"GRAFANA_URL": played_grafana, "GRAFANA_USAGE_STATS": "disabled", "DO_NOT_TRACK": "1"},
            "secrets": {"GRAFANA_SERVICE_ACCOUNT_TOKEN": {"env": "G"}},
        }
        settings = ToolsSettings.model_validate({"seconds": 60, "servers": {"grafana": server}})
        here = McpServers(settings, Config(merged({}), {"G": "glsa_of-the-test"}, "test"), SystemClock())
        grafana = here.box(ToolServer(name="grafana"))
        try:
            powers = await listed(grafana)
            assert len(powers) > 50
            for one in ("query_prometheus", "query_loki_logs", "search_dashboards", "alerting_rules_read"):
                assert powers[one] is Power.READ
            for one in ("update_dashboard", "create_incident", "grafana_api_request", "alerting_rules_write"):
                assert powers[one] is Power.ACT
            sources = await grafana.call("list_datasources", {})
            assert '"prom"' in sources.text, sources.text
        finally:
            await here.close()

    asyncio.run(story())


KUBECONFIG = """
apiVersion: v1
kind: Config
clusters: [{ name: c, cluster: { server: "http://127.0.0.1:PORT" } }]
users: [{ name: u, user: {} }]
contexts: [{ name: x, context: { cluster: c, user: u } }]
current-context: x
"""


@peer(NODE / "kubernetes-mcp-server")
def test_kubernetes_mcp_server_read_only_offers_us_nothing_that_acts(tmp_path: Path) -> None:
    config = tmp_path / "kubeconfig"
    config.write_text(KUBECONFIG.replace("PORT", str(free_port())))
    command = [str(NODE / "kubernetes-mcp-server"), "--read-only", f"--kubeconfig={config}"]

    async def story() -> dict[str, Power]:
        here = box("kubernetes", command)
        try:
            return await listed(here)
        finally:
            await here.close()

    powers = asyncio.run(story())
    assert {"pods_list", "events_list", "pods_log", "resources_get"} <= set(powers)
    assert [one for one, power in powers.items() if power is Power.ACT and one != "projects_list"] == []


@peer(NODE / "mcp-inspector")
def test_the_mcp_inspector_lists_and_calls_our_tools_and_is_refused_without_a_token(tmp_path: Path) -> None:
    def inspect(url: str, *asked: str, token: str = "") -> Any:
        proof = ["--header", f"Authorization: Bearer {token}"] if token else []
        command = [str(NODE / "mcp-inspector"), "--cli", f"{url}/api/mcp", "--transport", "http", *proof, *asked]
        home = os.environ | {"HOME": str(tmp_path)}
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=home)
        return json.loads(done.stdout) if done.returncode == 0 else done.stderr + done.stdout

    async def story() -> None:
        async with served() as here:
            token = await here.token(Role.RESPONDER)
            shown = await asyncio.to_thread(inspect, here.url, "--method", "tools/list", token=token)
            assert {one["name"] for one in shown["tools"]} == TOOLS
            asked = ("--method", "tools/call", "--tool-name", "respond_to_alert")
            words = ("--tool-arg", f"alert={ALERT}", "--tool-arg", "source=plain_text")
            said = await asyncio.to_thread(inspect, here.url, *asked, *words, token=token)
            assert json.loads(said["content"][0]["text"])["decisions"][0]["disposition"] == "opened", said
            refused = await asyncio.to_thread(inspect, here.url, "--method", "tools/list", token="tcs_wrong")
            assert "auth_required" in refused, refused

    asyncio.run(story())
