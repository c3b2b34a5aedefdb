"""The models of an installation behind one door: by the name that documents use, with key and price. Built by `app`.

It decides nothing: what may be spent is checked before, and what a model answers is checked after.
"""

import asyncio
from contextlib import suppress
from fnmatch import fnmatchcase

from tocsin.config import Config
from tocsin.connectors.mind import PydanticMind, warm
from tocsin.connectors.model_settings import BudgetSettings, ModelSettings, ModelsSettings
from tocsin.connectors.resting import Resting
from tocsin.errors import PlayerFailed
from tocsin.ports import Clock

__all__ = ["BudgetSettings", "Minds", "ModelSettings", "ModelsSettings"]


class Minds:
    """The models of this installation, by the names that documents use."""

    def __init__(self, settings: ModelsSettings, config: Config, clock: Clock) -> None:
        self._settings, self._config, self._resting = settings, config, Resting(clock)

    async def warm(self) -> None:
        """Imports what the configured models need, so that the first question is not late for it."""
        for provider in {one.provider for one in self._settings.known.values()}:
            with suppress(PlayerFailed):  # said when it is asked
                await asyncio.to_thread(warm, provider)

    def mind(self, name: str) -> PydanticMind:
        """Raises PlayerFailed when no model of that name is configured."""
        found = self._named(name)
        if found is None:
            raise PlayerFailed(
                f"no model {name[:80]!r} is configured.", "Add it under `models.known`.", code="TCS-PLAYER-NOBODY"
            )
        pattern, settings = found
        key = self._config.secret(settings.key, f"models.known.{pattern}.key") if settings.key else ""
        return PydanticMind(name, settings, key, self._resting)

    def price(self, name: str, tokens_in: int, tokens_out: int) -> float:
        """What so many tokens cost."""
        found = self._named(name)
        return 0.0 if found is None else (tokens_in * found[1].price_in + tokens_out * found[1].price_out) / 1_000_000

    def _named(self, name: str) -> tuple[str, ModelSettings] | None:
        return next(((key, one) for key, one in self._settings.known.items() if fnmatchcase(name, key)), None)
