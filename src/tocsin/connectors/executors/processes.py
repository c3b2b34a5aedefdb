"""Starts programs for the executor `command` and sees them to their end: no shell, a clean room, bounded in all it can use.

A pipeline is up to two programs joined by a pipe that this module makes. Each leads its own process group, which is killed as
a whole when time is up or the caller is cancelled.
"""

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tocsin.connectors.executors import launch
from tocsin.connectors.executors.call import OUTPUT_BYTES

MEMORY_BYTES = 8 * 1024**3
LAST_WORDS_SECONDS = 1.0
CLEAN = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/nonexistent"}


@dataclass(frozen=True, slots=True)
class Stage:
    """One program of a pipeline: the whole vector, with its absolute path first, and what its environment has besides."""

    vector: Sequence[str]
    environment: Mapping[str, str]
    file_bytes: int
    """The largest file it may write."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a pipeline ended. `status` is the first that is not 0; None when it was killed because its time was up.

    `started` is False when not even the first program could begin.
    """

    status: int | None
    output: str
    errors: str
    whole: bool = True
    started: bool = True


async def run(stages: Sequence[Stage], seconds: float) -> Ended:
    """Runs the pipeline to its end, or kills it after `seconds`. Raises OSError when it could not be started."""
    with tempfile.TemporaryDirectory(prefix="tocsin-step-") as room, contextlib.ExitStack() as open_ends:
        running: list[asyncio.subprocess.Process] = []
        output = _Ear(open_ends)
        errors = [_Ear(open_ends) for _ in stages]
        try:
            await _start(stages, Path(room), running, [output, *errors], seconds)
            return await _watch(running, output, errors, seconds)
        finally:
            for process in running:
                _kill(process)
                await process.wait()


async def _start(
    stages: Sequence[Stage],
    room: Path,
    running: list[asyncio.subprocess.Process],
    ears: Sequence["_Ear"],
    seconds: float,
) -> None:
    """Starts them from left to right; `running` grows so that whoever called can always end them."""
    output, *errors = ears
    with contextlib.ExitStack() as inner_ends:  # ours are closed once the programs have theirs
        reading: int = asyncio.subprocess.DEVNULL
        for number, stage in enumerate(stages):
            joint = _pipe(inner_ends) if number < len(stages) - 1 else None
            running.append(
                await asyncio.create_subprocess_exec(
                    *_launched(stage, seconds),
                    stdin=reading,
                    stdout=joint[1] if joint else output.writing,
                    stderr=errors[number].writing,
                    cwd=room,
                    env={**CLEAN, "TMPDIR": str(room), **stage.environment},
                    start_new_session=True,
                )
            )
            reading = joint[0] if joint else asyncio.subprocess.DEVNULL
    for ear in ears:
        ear.listen()


def _pipe(ends: contextlib.ExitStack) -> tuple[int, int]:
    """A pipe whose two ends are closed with `ends`."""
    reading, writing = os.pipe()
    ends.callback(os.close, reading)
    ends.callback(os.close, writing)
    return reading, writing


def _launched(stage: Stage, seconds: float) -> list[str]:
    limits = {
        "CPU": int(seconds * (os.cpu_count() or 1)) + 1,  # what all processors together can spend in that time
        "FSIZE": stage.file_bytes,
        "NOFILE": 256,
        "CORE": 0,
        "AS": MEMORY_BYTES,
    }
    told = ",".join(f"{name}={number}" for name, number in limits.items())
    return [sys.executable, "-I", "-S", str(launch.__file__), told, "--", *stage.vector]


async def _watch(
    running: Sequence[asyncio.subprocess.Process], output: "_Ear", errors: Sequence["_Ear"], seconds: float
) -> Ended:
    """Waits for all of them while their output is read; whatever they left behind in their groups ends with them."""
    statuses: list[int] = []
    try:
        async with asyncio.timeout(seconds):
            statuses = [await process.wait() for process in running]
    except TimeoutError:
        pass  # statuses stay empty: they were not all known in time
    for process in running:
        _kill(process)
    await asyncio.wait([one.silent for one in (output, *errors)], timeout=LAST_WORDS_SECONDS)
    told = "".join(one.text() for one in errors)
    started = not (statuses[:1] == [launch.NOT_STARTED] and errors[0].text().startswith("not started: "))
    status = next((one for one in statuses if one), 0) if statuses else None
    return Ended(status, output.text(), told, output.whole, started)


class _Ear:
    """Our end of a program's output: the first OUTPUT_BYTES are kept; the rest is read and dropped, so that nothing is held up.

    A pipe of our own, because asyncio's would keep us waiting for any child that a program left behind with it.
    """

    def __init__(self, ends: contextlib.ExitStack) -> None:
        self._reading, self.writing = os.pipe()
        self._kept = bytearray()
        self._loop = asyncio.get_running_loop()
        self._writing_open = True
        self.whole = True
        self.silent: asyncio.Future[None] = self._loop.create_future()
        os.set_blocking(self._reading, False)
        ends.callback(self._close)

    def listen(self) -> None:
        """Begins once the program has its end: only then does the end of the program end the output."""
        self._close_writing()
        self._loop.add_reader(self._reading, self._hear)

    def text(self) -> str:
        """What was heard so far."""
        return self._kept.decode(errors="replace")

    def _hear(self) -> None:
        piece = os.read(self._reading, 65_536)
        room = OUTPUT_BYTES - len(self._kept)
        self._kept += piece[:room]
        self.whole = self.whole and len(piece) <= room
        if not piece:
            self._loop.remove_reader(self._reading)
            self.silent.set_result(None)

    def _close_writing(self) -> None:
        if self._writing_open:
            os.close(self.writing)
            self._writing_open = False

    def _close(self) -> None:
        self._loop.remove_reader(self._reading)
        os.close(self._reading)
        self._close_writing()


def _kill(process: asyncio.subprocess.Process) -> None:
    """The whole group, grandchildren too, even when its leader has already ended."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
