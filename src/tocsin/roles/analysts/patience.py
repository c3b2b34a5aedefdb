"""Patience: answers that only complete the picture. Used by analysts that go on without a source; who reads that window says so.

Never hides a failure that is a mistake of ours: only a source that is silent or slow is done without.
"""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from tocsin.errors import SourceError

T = TypeVar("T")
SECONDS = 20
"""How long an analyst waits for what would only complete what it has."""


async def or_none(answer: Awaitable[T | None], seconds: float | None = None) -> T | None:
    """The answer; None when the source is silent, or slower than that."""
    try:
        async with asyncio.timeout(seconds):
            return await answer
    except (SourceError, TimeoutError):
        return None
