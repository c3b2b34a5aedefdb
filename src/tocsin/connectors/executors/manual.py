"""`manual`: a person does the step and says what came of it. Nothing here runs anything.

`run` raises errors.WaitsForPerson. `stages.remediate` turns that into a request to a person, and the person's word, an
authenticated act on the timeline, into the step's Outcome.
"""

from typing import Literal

from tocsin.connectors.executors.call import honest, read_call
from tocsin.errors import WaitsForPerson
from tocsin.model.action import Outcome, Rehearsal, RenderedStep
from tocsin.model.ground import Value


class ManualCall(Value):
    """The `run` entry of a manual step: who, and what that person may type."""

    executor: Literal["manual"]
    command: str = ""
    by: str = ""


class Manual:
    """Executor of steps for people. It needs no fake: it reaches nothing."""

    name = "manual"

    async def rehearse(self, step: RenderedStep) -> Rehearsal:
        """The text a person will be given."""
        return await honest(self._rehearse(step))

    async def run(self, step: RenderedStep, key: str) -> Outcome:  # noqa: ARG002 - a person is asked once by the timeline
        """Raises WaitsForPerson with the text for the person."""
        raise WaitsForPerson(_text(step), "Do it, then say what came of it.")

    async def _rehearse(self, step: RenderedStep) -> Rehearsal:
        return Rehearsal(ok=True, said=_text(step))


def _text(step: RenderedStep) -> str:
    call = read_call(step, ManualCall)
    typed = f" They may type: {call.command}" if call.command else ""
    return f"A person ({call.by or 'whoever takes it'}) does this by hand: {step.text}{typed}"
