"""`command`: a program that the configuration names, with arguments it allows, on this machine. Never a shell.

`argv` decides what may run, `processes` runs it. What a person approves is the whole vector with its absolute path, as the
rehearsal shows it.
"""

import os
import shlex
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field

from tocsin.connectors.executors import processes
from tocsin.connectors.executors.argv import Program, vector
from tocsin.connectors.executors.call import bounded, cut, failed, honest, one_of, read_call, refused
from tocsin.connectors.executors.processes import Ended, Stage
from tocsin.model.action import Outcome, Rehearsal, RenderedStep
from tocsin.model.ground import Value
from tocsin.model.plain import one_line

Runner = Callable[[Sequence[Stage], float], Awaitable[Ended]]


class CommandConfig(Value):
    """Section `executors.command`."""

    programs: dict[str, Program] = Field(default_factory=dict)
    hosts: tuple[str, ...] = ()
    """The names of this machine: steps for another host are refused."""


class CommandCall(Value):
    """The `run` entry of a command step, slots filled."""

    executor: Literal["command"]
    target: str = ""
    argv: tuple[str, ...] = Field(min_length=1)
    pipe_to: tuple[str, ...] = ()


class Command:
    """Executor of programs. `runner` is what starts them; the fake plays it."""

    name = "command"

    def __init__(self, config: CommandConfig, runner: Runner = processes.run) -> None:
        self._config, self._run = config, runner

    async def rehearse(self, step: RenderedStep) -> Rehearsal:
        """The exact vectors, and whether their programs can be started."""
        return await honest(self._rehearse(step))

    async def run(self, step: RenderedStep, key: str) -> Outcome:  # noqa: ARG002 - programs take no key
        """Runs it once. Raises SourceError, or OutcomeUnknown when it had to be killed."""
        stages = self._stages(step)
        try:
            ended = await self._run(stages, step.timeout_seconds)
        except OSError as failure:
            raise failed(
                f"{stages[0].vector[0]} did not start: {failure.strerror}.", "Check this machine."
            ) from failure
        if not ended.started:
            raise failed(
                f"{stages[0].vector[0]} did not start: {one_line(ended.errors)}.", "Check its path and rights."
            )
        if ended.status is None:
            raise cut(step, f"{stages[0].vector[0]} was killed after {step.timeout_seconds:g} s.")
        return _outcome(stages, ended)

    async def _rehearse(self, step: RenderedStep) -> Rehearsal:
        stages = self._stages(step)
        shown = " | ".join(shlex.join(stage.vector) for stage in stages)
        checks = tuple(_startable(stage.vector[0]) for stage in stages) if self._run is processes.run else ()
        return Rehearsal(ok=all(ok for _, ok, _ in checks), said=f"Would run: {shown}", preconditions=checks)

    def _stages(self, step: RenderedStep) -> list[Stage]:
        """The pipeline with every argument checked. Raises SourceError."""
        call = read_call(step, CommandCall)
        if call.target and call.target not in self._config.hosts:
            raise refused(
                f"This executor runs programs on its own machine, not on {call.target}.",
                "Let a person run it there by a manual step, or name this machine under `executors.command.hosts`.",
            )
        return [self._stage(argv) for argv in (call.argv, call.pipe_to) if argv]

    def _stage(self, argv: Sequence[str]) -> Stage:
        name = argv[0]
        program = self._config.programs.get(name)
        if program is None:
            raise refused(
                f"The program {name!r:.80} may not be run.", one_of(self._config.programs, "command.programs")
            )
        return Stage(vector(name, program, argv[1:]), program.environment, program.file_bytes)


def _startable(path: str) -> tuple[str, bool, str]:
    """A program that others may rewrite is not the program that somebody allowed."""
    place = Path(path)
    if not place.is_file() or not os.access(place, os.X_OK):
        return f"{path} can be started", False, "there is no such program here"
    if place.stat().st_mode & 0o002:
        return f"{path} can be started", False, "anybody may change it"
    return f"{path} can be started", True, "it is there"


def _outcome(stages: Sequence[Stage], ended: Ended) -> Outcome:
    names = " | ".join(Path(stage.vector[0]).name for stage in stages)
    said = f"{names} ended with status {ended.status}" + (f": {one_line(ended.errors)}" if ended.errors.strip() else "")
    output = ended.output if ended.whole else f"{ended.output}\n[more was written and left out]"
    return Outcome(ok=ended.status == 0, said=f"{said}.", output=bounded(output))
