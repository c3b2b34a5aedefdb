"""One look through an executor: a step rendered for reading only, whose executor refuses to change anything for it.

Called by `probe` once a step has run, and by `rehearse` before one does. It needs no yes of its own.
"""

import asyncio
from collections.abc import Mapping

from tocsin.errors import NotFound, OutcomeUnknown, SourceError
from tocsin.model.action import Outcome, RenderedStep, Risk
from tocsin.ports import Executor

LOOK_SECONDS = 30.0


async def look(executors: Mapping[str, Executor], step: RenderedStep) -> Outcome:
    """What it answers now. Raises SourceError; NotFound when there is no such executor; ValueError for a step that changes."""
    if step.risk is not Risk.READ:
        raise ValueError("only a step that reads can be looked through")
    executor = executors.get(step.executor)
    if executor is None:
        raise NotFound(f"No executor {step.executor} is configured.", "See section `executors`.")
    try:
        async with asyncio.timeout(min(step.timeout_seconds, LOOK_SECONDS)):
            return await executor.run(step, "")
    except TimeoutError as late:
        raise SourceError(f"The probe of {step.name} did not answer in time.", "Look there by hand.") from late
    except OutcomeUnknown as doubt:  # it reads only: not to know is not to have seen
        raise SourceError(doubt.what, doubt.do) from doubt
