"""Patience: when a parcel that was not taken is tried again, and when it is given up. Pure."""

from datetime import datetime, timedelta
from hashlib import sha256

from tocsin.errors import SourceError
from tocsin.ports import Parcel

FIRST_PAUSE = timedelta(seconds=5)
BRISK_PAUSE = timedelta(seconds=40)
"""No longer than this in the first hour: a receiver that comes back has everything within the minute."""
LONGEST_PAUSE = timedelta(hours=1)
BRISK_TRIES = 90
"""About an hour. A call is given up then: whoever is called so late is called for nothing."""
TRIES = 180
"""About three days, for everything else."""
TRIES_WHEN_REFUSED = 5
"""A bit more than a minute, for what was understood and not taken: the same again is refused again."""
TRIES_AT_STRANGERS = 12
"""About five minutes, for a subscriber's webhook: nobody of ours sees to it that it comes back."""
_STRANGERS = "subscriber:webhook"
_CALLS = frozenset({"page", "acknowledge", "note", "channel", "unpage"})


def pause(attempts: int) -> timedelta:
    """How long to wait after so many failures: doubling at first, steady for an hour, then longer and longer."""
    if attempts <= BRISK_TRIES:
        return min(BRISK_PAUSE, FIRST_PAUSE * (1 << min(attempts - 1, 16)))
    return min(LONGEST_PAUSE, BRISK_PAUSE * 1.2 ** min(attempts - BRISK_TRIES, 64))


def next_try(parcel: Parcel, failure: SourceError, now: datetime) -> datetime | None:
    """When to try again, after `parcel.attempts` failures; None when it is given up.

    Never before the receiver said. Spread by up to a fifth, by the parcel's key, so that they do not all knock at once.
    """
    tries = BRISK_TRIES if parcel.kind in _CALLS else TRIES_AT_STRANGERS if parcel.receiver == _STRANGERS else TRIES
    if parcel.attempts >= (TRIES_WHEN_REFUSED if failure.refused else tries):
        return None
    spread = sha256(f"{parcel.key}:{parcel.attempts}".encode()).digest()[0] / 255
    wanted = pause(parcel.attempts) * (1 + 0.2 * spread)
    asked = timedelta(seconds=min(failure.wait_seconds, LONGEST_PAUSE.total_seconds()))
    return now + max(wanted, asked)
