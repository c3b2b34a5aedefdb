"""A model at work, shown to people while it works: who, for how long, how much so far, its last words. Used by the purse.

What is shown lies beside the timeline and is gone when the answer is there: one note that is replaced, a second apart, never an
event for each piece.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Self

from tocsin.model.plain import tokens_of
from tocsin.model.working import LAST_WORDS, Working
from tocsin.ports import Clock
from tocsin.roles.contract import Account

FIRST, EACH = 0.3, 1.0
"""Seconds until it is shown, and between two notes."""


@dataclass(slots=True)
class Shown:
    """Shows it until the block ends."""

    account: Account
    model: str
    clock: Clock
    said: str = ""
    _began: datetime | None = None
    _showing: "asyncio.Task[None] | None" = field(default=None)

    def hear(self, said: str) -> None:
        """What it has said so far."""
        self.said = said

    async def __aenter__(self) -> Self:
        self._began = self.clock.now()
        self._showing = asyncio.create_task(self._show())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._showing is None:
            return
        shown = self._showing.done() or not self._showing.cancel()
        await asyncio.gather(self._showing, return_exceptions=True)
        if shown or self._noted:
            await asyncio.shield(self.account.books.rests(self.account))

    _noted: bool = False

    async def _show(self) -> None:
        await asyncio.sleep(FIRST)
        while True:
            self._noted = True
            await self.account.books.works(self.account, self._now())
            await asyncio.sleep(EACH)

    def _now(self) -> Working:
        now = self.clock.now()
        return Working(
            incident=self.account.incident_id,
            run_id=self.account.run_id,
            step=self.account.step.partition(":")[0],
            role=self.account.role,
            model=self.model,
            seconds=round((now - (self._began or now)).total_seconds(), 1),
            tokens=tokens_of(self.said) if self.said else 0,
            text=self.said[-LAST_WORDS:],
            at=now,
        )
