"""The last moments before a program starts: limits, no new privileges, then the program itself in this very process.

`command` runs this file with its own interpreter, alone (`python -I -S launch.py LIMITS -- PROGRAM ARGUMENT ...`), because
doing it after fork in a process with threads can hang. It never returns; it imports nothing of tocsin.
"""

import ctypes
import os
import resource
import sys

NO_NEW_PRIVILEGES = 38
"""PR_SET_NO_NEW_PRIVS: a set-user-id program then gains nothing."""
NOT_STARTED = 126


def main(limits: str, program: str, *arguments: str) -> None:
    """`limits` is `NAME=NUMBER,...` with names of RLIMIT_*."""
    for limit in limits.split(","):
        name, _, number = limit.partition("=")
        _lower(getattr(resource, f"RLIMIT_{name}"), int(number))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    os.umask(0o077)
    os.execv(program, [program, *arguments])  # noqa: S606 - no shell is the point


def _lower(which: int, wanted: int) -> None:
    """Never above what is already allowed."""
    _, hard = resource.getrlimit(which)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(which, (most, most))


if __name__ == "__main__":
    try:
        main(sys.argv[1], *sys.argv[3:])
    except OSError as failure:
        os.write(2, f"not started: {failure.strerror}\n".encode())
        os._exit(NOT_STARTED)
