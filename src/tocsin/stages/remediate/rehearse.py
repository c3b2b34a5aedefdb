"""The dry run of a step: what must hold first, read just now, and what would happen. Called by `permit`; changes nothing.

A precondition that does not hold fails the dry run. One that nothing here can read is said, and then a person decides.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from tocsin.errors import NotFound, SourceError
from tocsin.library.expect import met
from tocsin.library.steps import Probe
from tocsin.model.action import Held, Mode, Rehearsal, RenderedStep
from tocsin.model.plain import one_line
from tocsin.ports import Executor
from tocsin.stages.remediate.look import look
from tocsin.stages.remediate.render import Precondition

REHEARSAL_SECONDS = 30.0
_SAID = 4000
Measured = Callable[[Probe, RenderedStep], Awaitable[tuple[bool | None, str]]]
"""Whether a probe's expression is as expected just now, and what was seen; None when that cannot be told."""


async def rehearse(
    executors: Mapping[str, Executor],
    step: RenderedStep,
    mode: Mode,
    first: Sequence[Precondition] = (),
    measured: Measured | None = None,
) -> Rehearsal:
    """The preconditions, then the executor's dry run, within their time. Whatever keeps it from that is said, with `ok=False`."""
    if mode is Mode.OBSERVE:
        return Rehearsal(ok=False, said="Mode observe: nothing is sent, not even a dry run.")
    held = tuple([await _read(executors, one, measured) for one in first])
    if broken := next((one for one in held if one[1] is False), None):
        return Rehearsal(ok=False, said=f"First it must be so: {broken[0]} {broken[2]}"[:_SAID], preconditions=held)
    shown = await _dry_run(executors.get(step.executor), step)
    return shown.model_copy(update={"preconditions": (*held, *shown.preconditions)})


async def _dry_run(executor: Executor | None, step: RenderedStep) -> Rehearsal:
    if executor is None:
        return Rehearsal(ok=False, said=f"No executor {step.executor!r} is configured; see section `executors`.")
    try:
        async with asyncio.timeout(min(step.timeout_seconds, REHEARSAL_SECONDS)):
            return await executor.rehearse(step)
    except TimeoutError:
        return Rehearsal(ok=False, said="The dry run did not end in time.")
    except SourceError as failure:
        return Rehearsal(ok=False, said=str(failure)[:_SAID])


async def _read(executors: Mapping[str, Executor], one: Precondition, measured: Measured | None) -> Held:
    """(what must hold, does it, what was seen); None for what nothing here can tell."""
    if one.look is None:
        return one.probe.text, None, one.why
    if one.probe.metric:
        if measured is None:
            return one.probe.text, None, "it was not read: no metric system is configured"
        holds, seen = await measured(one.probe, one.look)
        return one.probe.text, holds, one_line(seen, 400)
    return await _asked(executors, one.probe, one.look)


async def _asked(executors: Mapping[str, Executor], probe: Probe, reading: RenderedStep) -> Held:
    try:
        came = await look(executors, reading)
    except NotFound as absent:
        return probe.text, None, f"it was not read: {absent.what}"
    except SourceError as failure:
        return probe.text, False, one_line(failure.what, 400)
    holds = met(probe.expect, came.output) if came.ok else False
    return probe.text, holds, one_line(f"expected {probe.expect or 'ok'}, saw: {came.output or came.said}", 400)
