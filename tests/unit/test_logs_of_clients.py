"""What the clients of others log: an address that a request goes to may hold a secret."""

import logging

import httpx
import pytest

from tocsin.app import logs


def test_the_address_of_a_request_stands_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    logs.configure()
    with (
        caplog.at_level(logging.INFO),
        httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200))) as http,
    ):
        http.get("https://hooks.example/services/T0/B0/a-secret")
    assert "a-secret" not in caplog.text
