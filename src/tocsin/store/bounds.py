"""What a bounded shelf must let go: the oldest beyond a number and a sum of bytes. Pure; used by both delivery stores."""

from collections.abc import Iterable


def beyond(sizes: Iterable[tuple[str, int]], most: int, most_bytes: int) -> list[str]:
    """Of (id, bytes) pairs, newest first, the ids from the first that breaks a bound onwards."""
    gone: list[str] = []
    held = 0
    for count, (one, size) in enumerate(sizes, start=1):
        held += size
        if gone or count > most or held > most_bytes:
            gone.append(one)
    return gone
