"""The store as somebody sees it: the same, without the restricted incidents they are not inside of, and all that hangs on them.

The face wraps its store in this for every request, so that no route can forget to ask. Writing works as before: an act on an
incident that is not there for whoever tries finds no incident.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar, cast

from tocsin.guard.seeing import seen
from tocsin.model.event import Event
from tocsin.model.evidence import Evidence
from tocsin.model.identity import Principal
from tocsin.model.incident import Incident
from tocsin.ports import Head, KeptAlert, Ledger, Parcel, Store

T = TypeVar("T")
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class SeenStore:
    """ports.Store for one principal."""

    store: Store
    principal: Principal | None

    async def write(self, work: Callable[[Ledger], T]) -> T:
        """As ports.Store.write."""
        return await self.store.write(lambda ledger: work(self._as_seen(ledger)))

    async def read(self, work: Callable[[Ledger], T]) -> T:
        """As ports.Store.read."""
        return await self.store.read(lambda ledger: work(self._as_seen(ledger)))

    def _as_seen(self, ledger: Ledger) -> Ledger:
        return cast(Ledger, SeenLedger(ledger, self.principal))


class SeenLedger:
    """A ledger in which only four parts speak of incidents; the rest is as it is."""

    def __init__(self, ledger: Ledger, principal: Principal | None) -> None:
        self._ledger = ledger
        self.incidents = _Incidents(ledger, principal)
        self.timeline = _Timeline(ledger, self.incidents)
        self.alerts = _Alerts(ledger, self.incidents)
        self.evidence = _Evidence(ledger, self.incidents)
        self.outbox = _Outbox(ledger, self.incidents)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever part of the ledger it is
        return getattr(self._ledger, name)


class _Part:
    """A part of which some answers are filtered; all else is handed on."""

    def __init__(self, part: object, incidents: "_Incidents | None" = None) -> None:
        self._part: Any = part
        self._seen = incidents

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the part can do
        return getattr(self._part, name)

    def may(self, incident_id: str) -> bool:
        """What belongs to no incident, or to none there is, is nobody's secret."""
        return self._seen is None or self._seen.may(incident_id)


class _Incidents(_Part):
    def __init__(self, ledger: Ledger, principal: Principal | None) -> None:
        super().__init__(ledger.incidents)
        self._principal = principal
        self._known: dict[str, bool] = {}

    def may(self, incident_id: str) -> bool:
        if incident_id not in self._known:
            found = self._part.get(incident_id) if incident_id else None
            self._known[incident_id] = found is None or seen(self._principal, found) is not None
        return self._known[incident_id]

    def get(self, incident_id: str) -> Incident | None:
        return seen(self._principal, self._part.get(incident_id))

    def recent(
        self, *, open_only: bool = False, since: datetime | None = None, limit: int = 100, offset: int = 0
    ) -> list[Incident]:
        def page(start: int) -> Sequence[Incident]:
            found: list[Incident] = self._part.recent(open_only=open_only, since=since, limit=_AT_ONCE, offset=start)
            return found

        return _visible(page, lambda one: seen(self._principal, one) is not None, limit, offset)

    def open_heads(self) -> dict[str, int]:
        return {name: seq for name, seq in self._part.open_heads().items() if self.may(name)}


class _Timeline(_Part):
    def __init__(self, ledger: Ledger, incidents: _Incidents) -> None:
        super().__init__(ledger.timeline, incidents)

    def events(self, incident_id: str, after: int = 0) -> list[Event]:
        return self._part.events(incident_id, after) if self.may(incident_id) else []

    def heads(self) -> list[Head]:
        return [one for one in self._part.heads() if self.may(one.incident_id)]


class _Alerts(_Part):
    def __init__(self, ledger: Ledger, incidents: _Incidents) -> None:
        super().__init__(ledger.alerts, incidents)

    def by_fingerprint(self, source: str, fingerprint: str, *, since: datetime) -> list[KeptAlert]:
        found = self._part.by_fingerprint(source, fingerprint, since=since)
        return [one for one in found if self.may(one.incident_id)]

    def opening_labels(self, incident_ids: Collection[str]) -> dict[str, Mapping[str, str]]:
        return dict(self._part.opening_labels([name for name in incident_ids if self.may(name)]))

    def recent(
        self,
        *,
        since: datetime | None = None,
        disposition: str = "",
        incident_id: str = "",
        limit: int = 100,
        offset: int = 0,
    ) -> list[KeptAlert]:
        asked = {"since": since, "disposition": disposition, "incident_id": incident_id}

        def page(start: int) -> Sequence[KeptAlert]:
            found: list[KeptAlert] = self._part.recent(**asked, limit=_AT_ONCE, offset=start)
            return found

        return _visible(page, lambda one: self.may(one.incident_id), limit, offset)


class _Evidence(_Part):
    def __init__(self, ledger: Ledger, incidents: _Incidents) -> None:
        super().__init__(ledger.evidence, incidents)

    def get(self, evidence_id: str) -> Evidence | None:
        return self._part.get(evidence_id) if self.may(self._part.owner(evidence_id)) else None

    def of(self, incident_id: str) -> list[Evidence]:
        return self._part.of(incident_id) if self.may(incident_id) else []


class _Outbox(_Part):
    def __init__(self, ledger: Ledger, incidents: _Incidents) -> None:
        super().__init__(ledger.outbox, incidents)

    def get(self, key: str) -> Parcel | None:
        found: Parcel | None = self._part.get(key)
        return found if found is not None and self.may(found.incident_id) else None

    def of(self, incident_id: str) -> list[Parcel]:
        return self._part.of(incident_id) if self.may(incident_id) else []

    def undelivered(self, limit: int = 100, incident_id: str = "") -> list[Parcel]:
        found = self._part.undelivered(limit, incident_id)
        return [one for one in found if self.may(one.incident_id)]


def _visible(page: Callable[[int], Sequence[T]], may: Callable[[T], bool], limit: int, offset: int) -> list[T]:
    """So many of those that may be seen, after the first `offset` of them, read page by page."""

    def all_seen() -> Any:  # noqa: ANN401 - a generator of T
        start = 0
        while found := page(start):
            yield from (one for one in found if may(one))
            if len(found) < _AT_ONCE:
                return
            start += _AT_ONCE

    return list(islice(all_seen(), offset, offset + limit))
