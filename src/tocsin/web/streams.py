"""Event streams: an incident's timeline as server-sent events, from any point on and live. The event's id is its seq.

A ring of `Wake` brings news of this process at once; asking the store now and then brings those of other processes.
"""

from collections.abc import AsyncIterator
from datetime import timedelta

from tocsin.books import working_in
from tocsin.errors import TocsinError
from tocsin.model.event import Event
from tocsin.model.working import Working
from tocsin.web.rooms import Rooms

WORKING_SECONDS = 1.0
"""How often a model at work is looked at."""


class TooMany(TocsinError):
    """As many streams as allowed are open."""

    code = "TCS-STREAM-429"
    status = 429


def start_after(last_event_id: str | None, after: int) -> int:
    """Where to go on: the browser's `Last-Event-ID`, which wins over `after`; one that is no number is ignored."""
    said = last_event_id or ""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 16 else after


async def follow(rooms: Rooms, incident_id: str, after: int) -> AsyncIterator[bytes]:
    """The frames of a stream, until the client leaves or the service stops."""
    with rooms.metrics.stream():
        yield b"retry: 2000\n\n"
        beat, shown = rooms.clock.now(), b""
        while True:
            events, at_work = await _look(rooms, incident_id, after)
            for event in events:
                after = event.seq
                yield frame(event)
            if (working := _working_frame(at_work)) != shown and (shown or at_work):
                shown = working
                yield working
            if rooms.stopping.is_set():
                return
            if events:
                beat = rooms.clock.now()
                continue
            if rooms.clock.now() - beat >= timedelta(seconds=rooms.settings.events.heartbeat_seconds):
                beat = rooms.clock.now()
                yield b": still here\n\n"
            poll = rooms.settings.events.poll_seconds
            await rooms.wake.wait(incident_id, min(poll, WORKING_SECONDS) if at_work else poll)


async def _look(rooms: Rooms, incident_id: str, after: int) -> tuple[list[Event], list[Working]]:
    """What is new on the timeline and who is at work, as one moment has them."""
    now = rooms.clock.now()
    return await rooms.store.read(
        lambda ledger: (ledger.timeline.events(incident_id, after), working_in(ledger, now, incident_id))
    )


def _working_frame(at_work: list[Working]) -> bytes:
    """Who works just now: no event of the timeline, so it has no id; an empty list when nobody does any more."""
    told = ", ".join(one.model_dump_json() for one in at_work)
    return f"event: working\ndata: [{told}]\n\n".encode()


def frame(event: Event) -> bytes:
    """One event on the wire. JSON escapes line breaks, so a body cannot forge a frame."""
    kind = event.body.kind if event.body is not None else "erased"
    return f"id: {event.seq}\nevent: {kind}\ndata: {event.model_dump_json()}\n\n".encode()
