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
    with tempfile.TemporaryDirectory(prefix="tocsin-step-") as room:
        running: list[asyncio.subprocess.Process] = []
        try:
            await _start(stages, Path(room), running, seconds)
            return await _watch(running, seconds)
        finally:
            for process in running:
                _kill(process)
                await process.wait()


async def _start(
    stages: Sequence[Stage], room: Path, running: list[asyncio.subprocess.Process], seconds: float
) -> None:
    """Starts them from left to right; `running` grows so that whoever called can always end them."""
    reading: int = asyncio.subprocess.DEVNULL
    for number, stage in enumerate(stages):
        last = number == len(stages) - 1
        joint = None if last else os.pipe()
        writing = joint[1] if joint else asyncio.subprocess.PIPE
        try:
            running.append(
                await asyncio.create_subprocess_exec(
                    *_launched(stage, seconds),
                    stdin=reading,
                    stdout=writing,
                    stderr=asyncio.subprocess.PIPE,
                    cwd=room,
                    env={**CLEAN, "TMPDIR": str(room), **stage.environment},
                    start_new_session=True,
                )
            )
        finally:
            for end in (reading, writing):
                if end >= 0:
                    os.close(end)
        reading = joint[0] if joint else asyncio.subprocess.DEVNULL


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


async def _watch(running: Sequence[asyncio.subprocess.Process], seconds: float) -> Ended:
    """Waits for all of them while their output is read; whatever they left behind in their groups ends with them."""
    output, errors = _Ear(running[-1].stdout), [_Ear(process.stderr) for process in running]
    statuses: list[int] = []
    try:
        async with asyncio.timeout(seconds):
            statuses = [await process.wait() for process in running]
    except TimeoutError:
        pass  # statuses stay empty: they were not all known in time
    for process in running:
        _kill(process)
    await asyncio.wait([one.task for one in (output, *errors)], timeout=LAST_WORDS_SECONDS)
    told = "".join(one.text() for one in errors)
    started = not (statuses[:1] == [launch.NOT_STARTED] and errors[0].text().startswith("not started: "))
    status = next((one for one in statuses if one), 0) if statuses else None
    return Ended(status, output.text(), told, output.whole, started)


class _Ear:
    """Keeps the first OUTPUT_BYTES of a stream; the rest is read and dropped, so that the program is not held up."""

    def __init__(self, stream: asyncio.StreamReader | None) -> None:
        self._kept = bytearray()
        self.whole = True
        self.task = asyncio.ensure_future(self._listen(stream))

    async def _listen(self, stream: asyncio.StreamReader | None) -> None:
        while stream and (piece := await stream.read(65_536)):
            room = OUTPUT_BYTES - len(self._kept)
            self._kept += piece[:room]
            self.whole = self.whole and len(piece) <= room

    def text(self) -> str:
        """What was heard so far. A program that fled its group may hold the stream open: nobody waits for it."""
        self.task.cancel()
        return self._kept.decode(errors="replace")


def _kill(process: asyncio.subprocess.Process) -> None:
    """The whole group, grandchildren too, even when its leader has already ended."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
