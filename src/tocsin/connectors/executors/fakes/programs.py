"""The fake of a machine's programs: plays what each writes and how it ends, and remembers what was started. For tests and demos."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tocsin.connectors.executors.processes import Ended, Stage

Played = Callable[[Sequence[str], str], tuple[int | None, str, str]]
"""Arguments and standard input to status (None: it never ends), output and errors."""


@dataclass(slots=True)
class FakePrograms:
    """A `runner` for the executor `command`. A path that is not among `programs` does not exist."""

    programs: Mapping[str, Played]
    started: list[tuple[str, ...]] = field(default_factory=list)

    async def __call__(self, stages: Sequence[Stage], seconds: float) -> Ended:  # noqa: ARG002 - a play takes no time
        """Plays the pipeline."""
        text, worst, errors = "", 0, ""
        for number, stage in enumerate(stages):
            played = self.programs.get(stage.vector[0])
            if played is None:
                return Ended(126, "", f"{errors}not started: No such file or directory\n", started=number > 0)
            self.started.append(tuple(stage.vector))
            status, text, said = played(stage.vector[1:], text)
            errors += said
            if status is None:
                return Ended(None, "", errors)
            worst = worst or status
        return Ended(worst, text, errors)
