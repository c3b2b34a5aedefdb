"""The newest incidents as values, so that what was written a moment ago need not be read and parsed again.

Shared by the writer and the readers of one SQL store. Kept under the hash of the head they stand for: a hash names one
history, so after a rollback, or another process' append, the hash differs and the projection is read again.
"""

from collections import OrderedDict
from threading import Lock

from tocsin.model.incident import Incident


class Folds:
    """A bounded memory of incidents by head hash; safe for several threads."""

    def __init__(self, limit: int = 1024) -> None:
        self._kept: OrderedDict[str, Incident] = OrderedDict()
        self._limit = limit
        self._lock = Lock()

    def get(self, head_hash: str) -> Incident | None:
        """The incident whose newest event has that hash, if it is still here."""
        with self._lock:
            known = self._kept.get(head_hash)
            if known is not None:
                self._kept.move_to_end(head_hash)
            return known

    def put(self, head_hash: str, incident: Incident) -> None:
        """Remembers it, and forgets the one untouched longest."""
        with self._lock:
            self._kept[head_hash] = incident
            if len(self._kept) > self._limit:
                self._kept.popitem(last=False)

    def drop(self, head_hash: str) -> None:
        """Forgets one that a newer event has superseded."""
        with self._lock:
            self._kept.pop(head_hash, None)
