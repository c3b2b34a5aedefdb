"""The client of tool servers: a token by OAuth where one is asked for, a program kept running and ended, a hang cut short."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from tests.servers import free_port

from tocsin import config
from tocsin.connectors.mcp import McpBox, McpServers, ServerSettings, ToolsSettings
from tocsin.connectors.mcp_fakes import Issuer, Played, grafana, issuing, serving
from tocsin.connectors.system import SystemClock
from tocsin.errors import SourceError
from tocsin.model.plan import ToolServer

PROGRAM = '''
import os, sys, time
from mcp.server.mcpserver import MCPServer
server = MCPServer("own")
@server.tool()
def get_env(name: str) -> str:
    """A variable, and the process."""
    return f"{os.environ.get(name)} {os.getpid()}"
@server.tool()
def get_hung() -> str:
    time.sleep(60)
@server.tool()
def get_dead() -> str:
    os._exit(3)
server.run("stdio")
'''


def servers(tools: dict[str, Any], **env: str) -> McpServers:
    settings = ToolsSettings.model_validate({"seconds": 8, **tools})
    return McpServers(settings, config.Config(config.merged({}), env, "test"), SystemClock())


async def with_issuer(story: Callable[[McpBox, Issuer, Played], Awaitable[None]], **oauth: str) -> None:
    issuer, played = Issuer("tocsin", "s3cret-of-tocsin"), grafana()
    async with issuing(issuer) as where, serving(played, issuer) as url:
        own = {"issuer": where, "client": "tocsin", "secret": {"env": "S"}, **oauth}
        opened = servers({"servers": {"grafana": {"url": url, "oauth": own}}}, S="s3cret-of-tocsin", W="wrong")
        await story(opened.box(ToolServer(name="grafana")), issuer, played)


def test_a_server_that_wants_a_token_of_an_authorization_server_gets_one_for_itself_alone_and_again_when_it_ends() -> (
    None
):
    async def story(box: McpBox, issuer: Issuer, played: Played) -> None:
        for _ in range(2):
            assert "error" in (await box.call("query_logs", {"service": "payments"})).text
        assert len(issuer.asked) == 1, "the token is kept between calls"
        assert issuer.asked[0]["resource"] == issuer.resource
        assert "client_secret" not in issuer.asked[0]
        issuer.revoke()
        await box.call("query_logs", {"service": "payments"})
        assert len(issuer.asked) == 2
        assert len(played.asked) == 3

    asyncio.run(with_issuer(story))


def test_a_wrong_secret_and_an_issuer_that_is_not_the_configured_one_are_failures_that_name_the_server() -> None:
    async def story(box: McpBox, issuer: Issuer, played: Played) -> None:
        with pytest.raises(SourceError, match="the tool server grafana"):
            await box.call("query_logs", {"service": "payments"})
        assert played.asked == []

    asyncio.run(with_issuer(story, secret={"env": "W"}))  # type: ignore[arg-type]
    asyncio.run(with_issuer(story, issuer="http://127.0.0.1:9"))


def test_the_credentials_and_no_request_go_to_a_host_that_the_tool_server_names_and_nobody_configured() -> None:
    async def story() -> None:
        ours, theirs, played = Issuer("tocsin", "s3cret"), Issuer("tocsin", "s3cret"), grafana()
        async with issuing(ours) as where, issuing(theirs), serving(played, theirs) as url:
            own = {"issuer": where, "client": "tocsin", "secret": {"env": "S"}}
            box = servers({"servers": {"g": {"url": url, "oauth": own}}}, S="s3cret").box(ToolServer(name="g"))
            with pytest.raises(SourceError):
                await box.tools()
            assert (ours.asked, theirs.asked, played.asked) == ([], [], [])

    asyncio.run(story())


def test_a_person_logs_in_once_and_the_service_goes_on_with_it_and_has_it_renewed(tmp_path: Path) -> None:
    kept = tmp_path / "grafana.login"

    async def browse(address: str) -> str:
        async with httpx.AsyncClient(follow_redirects=True) as browser:
            return (await browser.get(address)).text

    async def story() -> None:
        issuer, played, browsers = Issuer("registered", ""), grafana(), list[Any]()
        async with issuing(issuer) as where, serving(played, issuer) as url:
            login = {"issuer": where, "login": str(kept), "port": free_port()}
            own = {"servers": {"grafana": {"url": url, "oauth": login}}}
            with pytest.raises(SourceError, match="wants a person to log in") as asked:
                await servers(own).box(ToolServer(name="grafana")).tools()
            assert asked.value.do == "Run `tocsin tools login grafana`."
            issuer.lives_seconds = -1  # over as soon as it is given
            assert await servers(own).login("grafana", lambda to: browsers.append(asyncio.create_task(browse(to)))) == 2
            assert (await browsers[0]).startswith("tocsin has heard it")
            assert kept.stat().st_mode & 0o777 == 0o600
            issuer.lives_seconds, issuer.asked = 3600, []
            opened = servers(own).box(ToolServer(name="grafana"))
            both = await asyncio.gather(*(opened.call("query_logs", {"service": one}) for one in ("pay", "ship")))
            assert all("error" in one.text for one in both)
            assert [one["grant_type"] for one in issuer.asked] == ["refresh_token"], "one renewal, whoever needs it"
            kept.chmod(0o644)
            with pytest.raises(SourceError, match="which others may read"):
                await servers(own).box(ToolServer(name="grafana")).tools()

    asyncio.run(story())


def test_a_program_is_started_once_with_its_own_environment_started_again_when_it_dies_and_cut_when_it_hangs(
    tmp_path: Path,
) -> None:
    (tmp_path / "own.py").write_text(PROGRAM)
    own = {"command": [sys.executable, str(tmp_path / "own.py")], "env": {"URL": "x"}, "secrets": {"KEY": {"env": "K"}}}

    async def story() -> str:
        opened = servers({"servers": {"own": own}}, K="from-a-secret", OTHER="not-theirs")
        box = opened.box(ToolServer(name="own"))
        async with AsyncExitStack() as closing:
            closing.push_async_callback(opened.close)
            said = [(await box.call("get_env", {"name": name})).text.split() for name in ("URL", "KEY", "OTHER")]
            assert [one[0] for one in said] == ["x", "from-a-secret", "None"]
            assert len({one[1] for one in said}) == 1, "one process for all calls"
            with pytest.raises(SourceError):
                await box.call("get_dead", {})
            again = (await box.call("get_env", {"name": "URL"})).text.split()
            assert again[0] == "x" and again[1] != said[0][1]
            box.settings = box.settings.model_copy(update={"seconds": 0.5})
            with pytest.raises(SourceError, match="did not answer within"):
                await box.call("get_hung", {})
        return again[1]

    assert not Path(f"/proc/{asyncio.run(story())}").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"url": "http://a", "command": ["a"]},
        {"url": "http://a", "env": {"A": "b"}},
        {"command": ["a"], "bearer": {"env": "T"}},
        {
            "url": "http://a",
            "bearer": {"env": "T"},
            "oauth": {"issuer": "https://i", "client": "c", "secret": {"env": "S"}},
        },
    ],
)
def test_settings_that_would_be_left_out_in_silence_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ServerSettings.model_validate(wrong)
