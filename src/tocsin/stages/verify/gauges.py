"""Reading the world for a look: samples of watched series, of a probe's expression, or a probe's own answer. Reads only.

Called by `look`. What cannot be read is a Reading that says so, never an exception and never a guess.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.errors import SourceError, TocsinError
from tocsin.guard.redact import Redact
from tocsin.library.expect import comparison, met
from tocsin.library.steps import SLOT, Probe
from tocsin.model.action import Outcome, RenderedStep
from tocsin.model.plain import one_line
from tocsin.model.signals import Series
from tocsin.ports import Ask, MetricSource, Reply
from tocsin.stages.verify.judge import Condition, Reading, Thinness, read, together
from tocsin.stages.verify.settings import VerifySettings
from tocsin.stages.verify.watched import Watched, as_rate

Measure = Callable[[str, datetime, datetime], Awaitable[Reply[tuple[Series, ...]]]]
"""Samples of an expression that people wrote into a runbook, from a metric system that takes it. Raises SourceError."""
Answer = Callable[[str, str], Awaitable[Outcome]]
"""What the probe of an incident's action answers, asked through its executor for reading only. Raises TocsinError."""
SOURCE_SECONDS = 15.0
_LEAD = timedelta(minutes=5)
"""Samples are asked from so much earlier: rates need a sample before the first."""
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:/-")


@dataclass(frozen=True, slots=True)
class Seen:
    """A reading, and where it was read: for the evidence."""

    reading: Reading
    source: str = ""
    query: str = ""


@dataclass(frozen=True, slots=True)
class Gauges:
    """What a look can be taken with. Any of them may be missing."""

    redact: Redact
    metrics: tuple[MetricSource, ...] = ()
    measure: Measure | None = None
    answer: Answer | None = None

    async def series(self, wanted: Sequence[Watched], start: datetime, end: datetime, settings: VerifySettings) -> Seen:
        """The watched series from `start` to `end`, each against its own lines."""
        services = tuple(dict.fromkeys(one.service for one in wanted))
        ask = Ask(start - _LEAD, end, services)
        replies = await asyncio.gather(*(self._asked(one.name, one.metrics(ask)) for one in self.metrics))
        found = [one for series, _, _ in replies for one in series]
        silent = "; ".join(why for _, why, _ in replies if why)
        readings = [self._one(one, found, silent, start, end, settings) for one in wanted]
        query = "; ".join(query for _, _, query in replies if query)
        return Seen(together(readings), ", ".join(one.name for one in self.metrics), query)

    async def expression(
        self, probe: Probe, step: RenderedStep, start: datetime, end: datetime, settings: VerifySettings
    ) -> Seen:
        """A probe's expression from `start` to `end` against what it expects; every series of the answer must be so."""
        expression, holds = filled(probe.metric, step), comparison(probe.expect)
        if self.measure is None or expression is None or holds is None:
            return Seen(Reading(Condition.UNKNOWN, f"nothing here can measure: {probe.text}"))
        found, silent, query = await self._asked("the metric system", self.measure(expression, start, end))
        thin = thinness(settings, end - start)
        readings = [read(one, holds, lambda value: not holds(value), start, end, thin) for one in found]
        if not readings:
            readings = [Reading(Condition.UNKNOWN, silent or f"no samples of {one_line(expression)}")]
        whole = together(readings)
        return Seen(Reading(whole.condition, f"{probe.text} {whole.said}", whole.cites), "probe", query or expression)

    async def now(
        self, probe: Probe, step: RenderedStep, now: datetime, settings: VerifySettings
    ) -> tuple[bool | None, str]:
        """Whether a probe's expression is as expected at this moment, and what was seen; None when that cannot be told."""
        seen = await self.expression(probe, step, now - _LEAD, now, settings)
        return {Condition.NORMAL: True, Condition.BAD: False}.get(seen.reading.condition), seen.reading.said

    async def probe(self, probe: Probe, incident_id: str, action_id: str) -> Seen:
        """One answer of a probe that runs something which only reads."""
        if self.answer is None:
            return Seen(Reading(Condition.UNKNOWN, f"nothing here can look: {probe.text}"))
        try:
            outcome = await self.answer(incident_id, action_id)
        except TocsinError as failure:
            return Seen(Reading(Condition.UNKNOWN, f"{probe.text} It could not be asked: {failure.what}"))
        text = self.redact(outcome.output).text
        as_expected = met(probe.expect, text) if outcome.ok else False
        state = {True: Condition.NORMAL, False: Condition.BAD, None: Condition.UNKNOWN}[as_expected]
        said = f"{probe.text} {self.redact(outcome.said).text} Expected {probe.expect or 'ok'}, saw: {text}"
        return Seen(Reading(state, one_line(said, 400), (text,)), "probe", probe.text)

    async def _asked(
        self, name: str, asking: Awaitable[Reply[tuple[Series, ...]]]
    ) -> tuple[tuple[Series, ...], str, str]:
        """The series, why there are none, and the query."""
        try:
            async with asyncio.timeout(SOURCE_SECONDS):
                reply = await asking
        except TimeoutError:
            return (), f"{name} did not answer in time", ""
        except SourceError as failure:
            return (), failure.what, ""
        text = self.redact(reply.text).text
        return await asyncio.to_thread(reply.parse, text), "", self.redact(reply.query).text

    def _one(
        self,
        wanted: Watched,
        found: Sequence[Series],
        silent: str,
        start: datetime,
        end: datetime,
        settings: VerifySettings,
    ) -> Reading:
        mine = [as_rate(one) if wanted.counter else one for one in found if wanted.is_of(one)]
        if not mine:
            why = silent or "there are no samples of it any more"
            return Reading(Condition.UNKNOWN, f"{wanted.service} {wanted.metric}: {why}")
        thin = thinness(settings, end - start)
        return together(read(one, wanted.band.holds, wanted.band.bad, start, end, thin) for one in mine)


def thinness(settings: VerifySettings, window: timedelta) -> Thinness:
    """No gap may be longer than configured, nor than half of what is looked at."""
    gap = min(timedelta(seconds=settings.stale_seconds), window / 2)
    return Thinness(settings.min_samples, gap)


def filled(metric: str, step: RenderedStep) -> str | None:
    """A probe's expression with its slots filled from the step that ran. None for a value that is more than a plain name."""
    values = {name: str(step.slots.get(name, "")) for name in SLOT.findall(metric)}
    if any(not value or not set(value) <= _PLAIN for value in values.values()):
        return None
    return SLOT.sub(lambda found: values[found.group(1)], metric)
