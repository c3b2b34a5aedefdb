"""The walk: what carries a response from step to step. `response` speaks to this and to no engine.

Two kinds walk alike: `OneGo` in this module, in the caller's own task, for `respond`, `demo`, `eval` and tests; and the
durable one in `durable`. Between two steps nothing is kept but what the steps wrote, so a walk can stop anywhere and go on.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import NamedTuple, Protocol

from tocsin.ports import Clock

Work = Callable[[], Awaitable[str]]
"""What a step does. Its answer is a short text (JSON, mostly): a durable walk keeps it."""


class Step(NamedTuple):
    """One step: its name, unique within the incident's walk, and what it does."""

    name: str
    work: Work

    def __repr__(self) -> str:
        """Its name alone: the engine logs steps that are cut, and what a step works with is long and nobody's to read."""
        return f"step {self.name}"


class Walk(Protocol):
    """Carries steps out. The body between them must be the same every time: no clock, no chance, no I/O."""

    async def step(self, name: str, work: Work) -> str:
        """Carries it out, or answers what it answered before."""
        ...

    async def together(self, *steps: Step) -> None:
        """Carries steps out side by side and returns when all are through; a walk that lasts tries a failing one again."""
        ...

    async def ahead(self, step: Step) -> str:
        """As `step`, and what other walks have to do lets it pass."""
        ...

    async def part(self, step: Step) -> str:
        """Within a step: carries a part of it out, which no engine remembers, so it must tick itself.

        None begins once the walk is to stop or is somebody else's.
        """
        ...

    async def rest(self, until: datetime | None, clock: Clock, seen: int) -> bool:
        """Within a step: rests until then (None: no such time), or until the timeline has more than the `seen` events.

        It costs nothing while nothing happens. False, at once, for a walk that cannot rest within a step.
        """
        ...

    async def wait(self, seconds: float | None, seen: int) -> bool:
        """Between steps: as `rest`, and an engine remembers it. False when this walk does not wait and ends here."""
        ...

    async def patched(self, change: str) -> bool:
        """False for a walk that passed here before `change` was made to the body: it goes on the old way. To be asked once."""
        ...


class OneGo:
    """The walk in one go: no memory of its own, and it ends where it would have to wait. A failing step raises its own error.

    `pass_time` stands for waiting: it moves a pretended clock and says whether to go on.
    """

    def __init__(self, pass_time: Callable[[float | None], bool] = lambda _: False) -> None:
        self._pass_time = pass_time

    async def step(self, name: str, work: Work) -> str:  # noqa: ARG002 - a name is for walks that remember
        """Carries it out."""
        return await work()

    async def together(self, *steps: Step) -> None:
        """Side by side; the first failure stops the others."""
        async with asyncio.TaskGroup() as group:
            for one in steps:
                group.create_task(_run(one.work))

    async def ahead(self, step: Step) -> str:
        """Carries it out."""
        return await step.work()

    async def part(self, step: Step) -> str:
        """Carries it out."""
        return await step.work()

    async def rest(self, until: datetime | None, clock: Clock, seen: int) -> bool:  # noqa: ARG002 - see `wait`
        """Never: time passes between the steps."""
        return False

    async def wait(self, seconds: float | None, seen: int) -> bool:  # noqa: ARG002 - nothing happens meanwhile
        """As `pass_time` says."""
        return self._pass_time(seconds)

    async def patched(self, change: str) -> bool:  # noqa: ARG002 - nothing of it is older than the code
        """Always."""
        return True


async def _run(work: Work) -> None:
    await work()
