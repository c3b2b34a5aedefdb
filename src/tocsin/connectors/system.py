"""The machine itself as a window: its clock, and fresh names. The only place that asks the operating system for either."""

import secrets
import time
from datetime import UTC, datetime, timedelta

from tocsin.ports import Clock

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTVWXYZ"  # no 0, 1, I, O, U: people read these names aloud at night


class SystemClock:
    """ports.Clock by the operating system."""

    def now(self) -> datetime:
        """The time, in UTC."""
        return datetime.now(UTC)


class PretendClock:
    """A clock that starts at another moment and goes on from there: for a recorded incident, which lies in the past."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._begun = time.monotonic()

    def now(self) -> datetime:
        """`start` plus the time that has really passed since."""
        return self._start + timedelta(seconds=time.monotonic() - self._begun)

    def leap(self, seconds: float) -> None:
        """Lets so much time pass at once."""
        self._start += timedelta(seconds=max(0.0, seconds))


class RandomNames:
    """ports.Names: `INC-20261121-7F3K2A`; incidents carry their day, everything else only its random part."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def new(self, prefix: str) -> str:
        """A fresh name; 30 bits for an incident on its day, 60 bits for anything else."""
        if prefix == "INC":
            return f"{prefix}-{self._clock.now():%Y%m%d}-{_random(6)}"
        return f"{prefix}-{_random(12)}"


def _random(length: int) -> str:
    """One question to the system for a whole name: each lets go of the interpreter and waits to get it back."""
    number, letters = secrets.randbelow(len(ALPHABET) ** length), []
    for _ in range(length):
        number, place = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "".join(letters)
