"""The press: prints the page once for each change, as HTML, JSON and feeds, so that handing it out is all that is left to do.

Pure: a page in, files out. Every word is escaped by the templates; nothing here decides what may be shown.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from importlib.resources import files
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined

from tocsin.model.bulletin import Bulletin, Naming
from tocsin.model.component import ComponentStatus
from tocsin.model.maintenance import AT_WORK, MaintenanceStage
from tocsin.model.statuspage import Component, Day, StatusPage
from tocsin.web.statuspage.feeds import atom, rss
from tocsin.web.statuspage.settings import StatusPageSettings
from tocsin.web.statuspage.v2 import V2

RECENT = timedelta(days=14)
"""Past incidents on the page itself; the history has them all."""
HTML, JSON = "text/html; charset=utf-8", "application/json; charset=utf-8"
LABELS = {
    ComponentStatus.OPERATIONAL: "Operational",
    ComponentStatus.MAINTENANCE: "Under maintenance",
    ComponentStatus.DEGRADED: "Degraded performance",
    ComponentStatus.PARTIAL: "Partial outage",
    ComponentStatus.MAJOR: "Major outage",
}


@dataclass(frozen=True, slots=True)
class Printed:
    """One file, ready to be sent. `etag` changes exactly when the bytes do."""

    body: bytes
    media: str
    etag: str


def printed(body: bytes | str, media: str) -> Printed:
    """A file of these bytes."""
    raw = body.encode() if isinstance(body, str) else body
    return Printed(raw, media, f'"{sha256(raw).hexdigest()[:32]}"')


class Press:
    """Holds the templates and the style."""

    def __init__(self, settings: StatusPageSettings) -> None:
        self._settings = settings
        self.style = printed(
            files("tocsin.web.statuspage").joinpath("style.css").read_text(), "text/css; charset=utf-8"
        )
        self._templates = Environment(
            loader=PackageLoader("tocsin.web.statuspage"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(
            name=settings.name,
            url=settings.url,
            style=self.style.etag.strip('"')[:12],
            labels=LABELS,
            stages=MaintenanceStage,
            at_work=AT_WORK,
            reports=settings.reports,
        )
        self._templates.filters.update(bars=bars, troubles=troubles, percent=percent, clock=clock, day=day)

    def page(self, template: str, **values: object) -> Printed:
        """One page of its own: a form, an answer to one."""
        return printed(self._templates.get_template(f"{template}.html").render(**values), HTML)

    def all(self, page: StatusPage, named: Naming) -> dict[str, Printed]:
        """Every public file by its path."""
        name, url = self._settings.name, self._settings.url
        found = {
            "/status": self._front(page),
            "/status/history": self.page("history", page=page, months=_by_month(page.bulletins)),
            "/history.atom": printed(atom(page, name, url), "application/atom+xml; charset=utf-8"),
            "/history.rss": printed(rss(page, name, url), "application/rss+xml; charset=utf-8"),
        }
        for one in page.bulletins:
            found[f"/status/incidents/{one.id}"] = self.page("incident", page=page, incident=one)
        for window in page.maintenances:
            found[f"/status/maintenances/{window.id}"] = self.page("maintenance", page=page, window=window)
        for path, document in V2(page, name, url, named).documents().items():
            found[f"/api/v2/{path}"] = printed(json.dumps(document, ensure_ascii=False), JSON)
        return found

    def _front(self, page: StatusPage) -> Printed:
        past = [one for one in page.bulletins if one.is_over and one.updated_at > page.at - RECENT]
        return self.page("status", page=page, past=_by_day(past), recent_days=RECENT.days)


def bars(days: Iterable[Day]) -> list[tuple[int, Day]]:
    """Each day with the place of its bar."""
    return [(number * 4, one) for number, one in enumerate(days)]


def troubles(component: Component) -> list[Day]:
    """The days that were not all well, newest first."""
    return [one for one in reversed(component.days) if one.status not in (None, ComponentStatus.OPERATIONAL)]


def percent(share: float | None) -> str:
    """`99.98 %`, never rounded up to a hundred."""
    if share is None:
        return "no record yet"
    return "100 %" if share >= 1 else f"{int(share * 10_000) / 100:.2f} %"


def clock(moment: datetime) -> str:
    """`21 Nov 2026, 03:04 UTC`."""
    return f"{moment.day} {moment:%b %Y, %H:%M} UTC"


def day(moment: date) -> str:
    """`21 November 2026`."""
    return f"{moment.day} {moment:%B %Y}"


def _by_day(bulletins: Iterable[Bulletin]) -> list[tuple[date, list[Bulletin]]]:
    return [(when, list(same)) for when, same in groupby(bulletins, key=lambda one: one.notices[0].at.date())]


def _by_month(bulletins: Iterable[Bulletin]) -> list[tuple[date, list[Bulletin]]]:
    return [
        (when, list(same)) for when, same in groupby(bulletins, key=lambda one: one.notices[0].at.date().replace(day=1))
    ]
