"""The versions of a post-mortem, as the timeline has them. Pure."""

from collections.abc import Iterable, Iterator
from hashlib import sha256

from tocsin.model.event import Event
from tocsin.model.review import PostMortemWritten


def versions(events: Iterable[Event]) -> Iterator[tuple[Event, PostMortemWritten]]:
    """Each with its event, oldest first."""
    return ((event, event.body) for event in events if isinstance(event.body, PostMortemWritten))


def text_of(events: Iterable[Event], version: int) -> str | None:
    """The words of a version; None when there is no such version, or its words were erased."""
    return next((body.text for _, body in versions(events) if body.version == version), None)


def digest(text: str) -> str:
    """What an approval binds to."""
    return sha256(text.encode()).hexdigest()
