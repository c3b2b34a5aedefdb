"""The board: the public fold kept up to date. Reads incidents, takes from each only its bulletin, and forgets the rest.

Asked by the routes. It asks the store at most once a second, and then only for what has changed; when the store does not
answer, the page stands as it was: a status page must not go down with what it reports on.
"""

import asyncio
import logging
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta

from tocsin.errors import StoreError
from tocsin.guard.sealed import STATUS_PAGE, naming
from tocsin.model.bulletin import Bulletin, bulletin
from tocsin.model.catalogue import Catalogue
from tocsin.model.component import public_names
from tocsin.model.incident import Incident
from tocsin.model.maintenance import Maintenance
from tocsin.model.statuspage import StatusPage, status_page
from tocsin.ports import Clock, Key, Ledger, Store
from tocsin.web.statuspage.settings import StatusPageSettings

REFRESH = timedelta(seconds=1)
_OVERLAP = timedelta(minutes=10)
"""Clocks of several processes differ; what changed a moment before the last look is looked at again."""
_KEPT_DAYS = 366
_AT_ONCE = 500
_log = logging.getLogger(__name__)


class Board:
    """The page as it stands. One for each process; `look` may be called by many at once."""

    def __init__(self, store: Store, clock: Clock, catalogue: Catalogue, settings: StatusPageSettings) -> None:
        self._store, self._clock, self.settings = store, clock, settings
        self._names = public_names(catalogue)
        self._bulletins: dict[str, Bulletin] = {}
        self._seen: datetime | None = None
        self._page: StatusPage | None = None
        self._looking = asyncio.Lock()
        self.key: Key | None = None

    async def look(self) -> StatusPage:
        """The page now. Raises StoreError only when there never was one."""
        now = self._clock.now()
        if self._page is not None and now - self._page.at < REFRESH:
            return self._page
        async with self._looking:
            if self._page is None or now - self._page.at >= REFRESH:
                await self._refresh(now)
        if self._page is None:
            raise StoreError("the status page could not be read yet.", "Look at /healthz.")
        return self._page

    async def own_key(self) -> Key:
        """The installation's key for public names and signed links, made when it is first needed."""
        if self.key is None:
            fresh = Key(name=STATUS_PAGE, secret=secrets.token_hex(32), made_at=self._clock.now())
            self.key = await self._store.write(lambda ledger: ledger.keys.put(fresh))
        return self.key

    async def _refresh(self, now: datetime) -> None:
        try:
            key = await self.own_key()
            changed, windows = await self._store.read(lambda ledger: self._read(ledger, now))
        except StoreError as failure:
            _log.warning("the status page stands as it was: %s", failure)
            return
        named = naming(key.secret)
        for one in changed:
            told = bulletin(one.id, one.narrative.published, named)
            self._bulletins.pop(one.id, None)
            if told is not None:
                self._bulletins[one.id] = told
        self._seen = now
        found = (window.model_copy(update={"id": named(window.id)}) for window in windows)
        days, since = self.settings.days, key.made_at
        self._page = status_page(self._bulletins.values(), found, self._names, now, since=since, days=days)

    def _read(self, ledger: Ledger, now: datetime) -> tuple[list[Incident], list[Maintenance]]:
        """Incidents that changed since the last look and were ever published on, and the windows of the last year."""
        since = self._seen - _OVERLAP if self._seen else now - timedelta(days=_KEPT_DAYS)
        windows = [one for one in ledger.maintenances.all() if one.ends_at > now - timedelta(days=_KEPT_DAYS)]
        return [one for one in _changed(ledger, since) if one.narrative.published], windows


def _changed(ledger: Ledger, since: datetime) -> Iterator[Incident]:
    offset = 0
    while page := ledger.incidents.recent(since=since, limit=_AT_ONCE, offset=offset):
        yield from page
        offset += _AT_ONCE
