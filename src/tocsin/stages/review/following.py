"""Follows exported action items: what somebody closed in the tracker is done here, too. Called by the service's rounds, hourly.

A tracker that does not answer is asked again in the next round; nothing else comes of it.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import NamedTuple

import structlog

from tocsin.errors import SourceError
from tocsin.model.review import ActionItemDone
from tocsin.ports import Ledger, Store, Tracker

_SCAN, _MOST = 200, 10_000
_log = structlog.get_logger(__name__)


class Exported(NamedTuple):
    """An open item and where it is."""

    incident_id: str
    item_id: str
    tracker: str
    ref: str


async def follow(store: Store, trackers: Mapping[str, Tracker], now: datetime) -> int:
    """Asks each tracker of each open item it holds; how many turned out to be done."""
    waiting = await store.read(lambda ledger: [one for one in _exported(ledger) if one.tracker in trackers])
    done = 0
    for one in waiting:
        try:
            closed = await trackers[one.tracker].is_done(one.ref)
        except SourceError as failure:
            _log.warning("tracker_silent", tracker=one.tracker, item=one.item_id, why=failure.what)
            continue
        if closed:
            done += await store.write(partial(_mark, one=one, now=now))
    return done


def _exported(ledger: Ledger) -> Iterator[Exported]:
    for offset in range(0, _MOST, _SCAN):
        page = ledger.incidents.recent(limit=_SCAN, offset=offset)
        for incident in page:
            for item in incident.review.items:
                if item.done_at is None:
                    yield from (Exported(incident.id, item.id, name, ref) for name, ref in item.refs.items())
        if len(page) < _SCAN:
            return


def _mark(ledger: Ledger, one: Exported, now: datetime) -> bool:
    """Unless somebody was quicker."""
    incident = ledger.incidents.get(one.incident_id)
    item = incident.review.item(one.item_id) if incident else None
    if item is None or item.done_at is not None:
        return False
    ledger.timeline.append(one.incident_id, ActionItemDone(item_id=one.item_id), actor=f"source:{one.tracker}", at=now)
    return True
