"""What the clients of others log: an address that a request goes to may hold a secret."""

import contextlib
import io
import json
import logging
from collections.abc import Iterator

import httpx
import pytest
import structlog

from tocsin.app import logs


def test_the_address_of_a_request_stands_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    logs.configure()
    with (
        caplog.at_level(logging.INFO),
        httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200))) as http,
    ):
        http.get("https://hooks.example/services/T0/B0/a-secret")
    assert "a-secret" not in caplog.text


@contextlib.contextmanager
def nothing_set_up(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Logging as a process finds it, and afterwards as it was."""
    before, level = structlog.get_config(), logging.root.level
    monkeypatch.setattr(logging.root, "handlers", [])
    structlog.reset_defaults()
    try:
        yield
    finally:
        structlog.configure(**before)
        logging.root.setLevel(level)


def test_what_libraries_warn_of_is_one_line_in_our_form_and_none_sets_logging_up_in_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from mcp.server.mcpserver import MCPServer

    with nothing_set_up(monkeypatch):
        logs.configure()
        MCPServer("it would log in colours, and what is none of an operator's business")
        logging.getLogger("some.library").info("connecting to https://hooks.example/a-secret")
        logging.getLogger("some.library").warning("given up after %s tries", 3)
    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert (told["event"], told["level"]) == ("given up after 3 tries", "warning")


def test_a_line_is_written_to_the_standard_error_of_now_also_when_that_of_the_beginning_is_closed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with nothing_set_up(monkeypatch):
        with contextlib.redirect_stderr(io.StringIO()) as early:
            logs.configure()
        early.close()
        structlog.get_logger().warning("ours")
        logging.getLogger("some.library").warning("theirs")
    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == ["ours", "theirs"]
