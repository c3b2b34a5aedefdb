"""Processes to be killed, stopped and looked at: forked from a warm parent that has no threads. Used by `walking`."""

import os
import signal
import sys
import time
from collections.abc import Callable


def forked(work: Callable[[], None]) -> int:
    """Runs it in a child process; its id."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.setpgid(0, 0)
            work()
            code = 0
        finally:
            sys.stderr.flush()
            os._exit(code)
    return pid


def ended(pid: int, seconds: float = 600.0) -> int:
    """How it ended: 0 well, 1 with an error, -9 killed. Kills it, and says so, when it takes longer."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    raise TimeoutError(f"the process {pid} did not end within {seconds:g} s")


def stopped(pid: int) -> None:
    """Returns when that process has stopped itself. Raises RuntimeError when it ended instead."""
    _, status = os.waitpid(pid, os.WUNTRACED)
    if not os.WIFSTOPPED(status):
        raise RuntimeError("the worker ended before it could be stopped")


def seconds(begun: float) -> float:
    """Since `begun` (monotonic), rounded for people."""
    return round(time.monotonic() - begun, 1)
