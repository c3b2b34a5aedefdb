"""Tasks by their key: one that is under way is joined, one that is done is not done again. Used by every transport."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tocsin.errors import SourceError

MOST = 200
"""Results that are remembered."""
Result = Mapping[str, Any]


@dataclass(slots=True)
class Once:
    """What one agent was given lately. A task that failed is forgotten, so that it may be tried again."""

    _done: dict[str, Result] = field(default_factory=dict)
    _under_way: dict[str, asyncio.Future[Result]] = field(default_factory=dict)

    async def of(self, key: str, work: Callable[[], Awaitable[Result]]) -> Result:
        """The result of that key. Whoever asks first does it; when that one is cancelled, those who joined lose it too."""
        if key in self._done:
            return self._done[key]
        if key in self._under_way:
            return await asyncio.shield(self._under_way[key])
        coming = self._under_way[key] = asyncio.get_running_loop().create_future()
        try:
            result = await work()
        except BaseException as failure:
            coming.set_exception(
                failure
                if isinstance(failure, SourceError)
                else SourceError("the task was called off.", code="TCS-AGENT-OFF")
            )
            coming.exception()  # nobody may have joined
            raise
        else:
            coming.set_result(result)
            self._keep(key, result)
            return result
        finally:
            del self._under_way[key]

    def _keep(self, key: str, result: Result) -> None:
        self._done[key] = result
        while len(self._done) > MOST:
            del self._done[next(iter(self._done))]
