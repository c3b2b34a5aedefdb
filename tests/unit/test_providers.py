"""Every provider of models is made without a network; one whose extra is missing says which, and a busy one is left alone."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest

from tocsin.connectors.mind import model_of, warm
from tocsin.connectors.model_settings import ModelSettings
from tocsin.connectors.resting import Resting
from tocsin.errors import PlayerFailed

NEEDS = {"openai": "openai", "anthropic": "anthropic", "gemini": "google.genai", "bedrock": "boto3"}


@pytest.mark.parametrize(("provider", "library"), NEEDS.items())
def test_a_provider_is_made_without_a_network(provider: str, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip(library, reason=f"the extra of {provider} is not installed")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")

    async def made() -> str:
        warm(provider)
        async with AsyncExitStack() as closing:
            settings = ModelSettings.model_validate({"provider": provider})
            return model_of("some-model", settings, "a-key", closing).model_name

    assert asyncio.run(made()) == "some-model"


def test_a_provider_whose_extra_is_missing_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pydantic_ai.models.google", None)
    with pytest.raises(PlayerFailed) as missing:
        warm("gemini")
    assert "tocsin[gemini]" in missing.value.do


class Still:
    time = datetime(2026, 11, 28, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


@pytest.mark.parametrize(
    ("status", "said", "seconds"),
    [
        (429, "30", 30),
        (503, "Sat, 28 Nov 2026 12:00:20 GMT", 20),
        (429, "99999", 600),
        (429, "soon", 0),
        (429, "", 0),
        (500, "30", 0),
    ],
)
def test_a_model_is_left_alone_for_as_long_as_it_asks(status: int, said: str, seconds: int) -> None:
    clock = Still()
    resting = Resting(clock)
    resting.after("m", status, said)
    assert resting.seconds("m") == seconds
    clock.time += timedelta(seconds=seconds)
    assert resting.seconds("m") == 0
