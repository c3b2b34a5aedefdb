"""Opens the configured executors, and lets nothing they say pass unredacted: rehearsals, outcomes and errors reach the timeline.

Called by `build`. The executors know nothing of redaction; whoever asks them knows nothing of the executors.
"""

from collections.abc import Mapping

from tocsin.config import Config
from tocsin.connectors.executors.settings import open_executors
from tocsin.errors import OutcomeUnknown, SourceError
from tocsin.guard.redact import Redact
from tocsin.model.action import Outcome, Rehearsal, RenderedStep
from tocsin.ports import Executor


def executors(config: Config, redact: Redact) -> Mapping[str, Executor]:
    """Every executor by its name. Raises ConfigError."""
    return {name: Discreet(one, redact) for name, one in open_executors(config).items()}


class Discreet:
    """An executor whose every word is redacted."""

    def __init__(self, executor: Executor, redact: Redact) -> None:
        self._executor, self._redact = executor, redact

    @property
    def name(self) -> str:
        """The executor's own."""
        return self._executor.name

    async def rehearse(self, step: RenderedStep) -> Rehearsal:
        """The executor's, redacted. Raises SourceError."""
        try:
            found = await self._executor.rehearse(step)
        except SourceError as failure:
            raise SourceError(self._clean(failure.what), failure.do, code=failure.code) from None
        checks = tuple((self._clean(must), holds, self._clean(seen)) for must, holds, seen in found.preconditions)
        return Rehearsal(ok=found.ok, said=self._clean(found.said), preconditions=checks)

    async def run(self, step: RenderedStep, key: str) -> Outcome:
        """The executor's, redacted. Raises SourceError, OutcomeUnknown, WaitsForPerson."""
        try:
            came = await self._executor.run(step, key)
        except (SourceError, OutcomeUnknown) as failure:
            raise type(failure)(self._clean(failure.what), failure.do, code=failure.code) from None
        return Outcome(ok=came.ok, said=self._clean(came.said), output=self._clean(came.output))

    def _clean(self, text: str) -> str:
        return self._redact(text).text
