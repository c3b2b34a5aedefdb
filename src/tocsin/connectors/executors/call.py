"""What every executor does first and last: read the step's call by type, and keep what came back within bounds.

Used by the executors only. Also holds the two honest words about a failure: `refused` (nothing was sent, or the target said
no) and `cut` (something was sent and nobody can say what became of it).
"""

from collections.abc import Awaitable, Iterable
from typing import TypeVar

from pydantic import BaseModel, Field, ValidationError

from tocsin.errors import OutcomeUnknown, SourceError, TocsinError
from tocsin.model.action import Rehearsal, RenderedStep, Risk
from tocsin.model.ground import Value

OUTPUT_BYTES = 65_536
"""The most that is kept of an answer."""
C = TypeVar("C", bound=BaseModel)


class Reach(Value):
    """Part of every entry that names a system: the environments of incidents that may be worked on through it."""

    environments: tuple[str, ...] = Field(default=())
    """Such as `[production]`; none named means all. A step for another environment is refused."""

    def check(self, step: RenderedStep, name: str) -> None:
        """Raises SourceError when this system does not belong to the step's environment."""
        if self.environments and step.environment not in self.environments:
            raise refused(
                f"{name} is not part of the environment {step.environment!r}.",
                "Choose the target of that environment, or correct `environments` of this entry.",
            )


def read_call(step: RenderedStep, model: type[C]) -> C:
    """`step.call` as the executor's own type. Raises SourceError for anything it does not know."""
    try:
        return model.model_validate(step.call)
    except ValidationError as mistake:
        first = mistake.errors()[0]
        path = ".".join(map(str, first["loc"])) or "call"
        why = first["msg"].removeprefix("Value error, ")
        raise refused(
            f"Step {step.name} is not carried out: {path}: {why}.", "Correct the runbook's step."
        ) from mistake


def refused(what: str, do: str) -> SourceError:
    """Nothing was sent, so surely nothing happened."""
    return SourceError(what, do, code="TCS-ACTION-REFUSED")


def failed(what: str, do: str) -> SourceError:
    """The target said no: surely nothing happened."""
    return SourceError(what, do, code="TCS-ACTION-FAILED")


def cut(step: RenderedStep, what: str) -> TocsinError:
    """The answer never came. A step that only reads did nothing; any other may have happened."""
    if step.risk is Risk.READ:
        return failed(what, "Try again; the step only reads.")
    return OutcomeUnknown(what, "Look at the target: only it knows whether the step happened. Then say so.")


def must_only_read(step: RenderedStep, changes: bool) -> None:
    """A step that people labelled `read` cannot change anything. Raises SourceError."""
    if changes and step.risk is Risk.READ:
        raise refused(f"Step {step.name} is labelled `read` but would change something.", "Correct its risk.")


def one_of(names: Iterable[str], section: str) -> str:
    """What to do about a name that is not in the configuration."""
    known = ", ".join(sorted(names)) or "none yet"
    return f"Name it under `executors.{section}`; there are: {known}."


def bounded(text: str, limit: int = OUTPUT_BYTES) -> str:
    """Text of at most `limit` bytes; what was left out is counted."""
    data = text.encode(errors="replace")
    if len(data) <= limit:
        return text
    room = limit - 40  # for the words below
    return f"{data[:room].decode(errors='ignore')}\n[{len(data) - room} bytes left out]"


async def honest(rehearsal: Awaitable[Rehearsal]) -> Rehearsal:
    """A rehearsal that cannot be made says why, with `ok=False`."""
    try:
        return await rehearsal
    except SourceError as failure:
        return Rehearsal(ok=False, said=f"{failure.what} {failure.do}".strip())
