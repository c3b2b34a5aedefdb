"""The page's history as Atom and RSS: one entry for each incident and window, with all that was said. Pure; called by `press`."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from xml.etree import ElementTree as Xml

from tocsin.model.bulletin import Notice
from tocsin.model.ground import Time, Value, rfc3339
from tocsin.model.maintenance import Turn
from tocsin.model.plain import minute
from tocsin.model.statuspage import StatusPage

MOST = 50
_ATOM = "http://www.w3.org/2005/Atom"


def atom(page: StatusPage, name: str, url: str) -> bytes:
    """`history.atom`."""
    feed = Xml.Element("feed", xmlns=_ATOM)
    _add(feed, "id", _tag(url, "history", page.since))
    _add(feed, "title", f"{name}: incident history")
    _add(feed, "updated", rfc3339(page.updated_at))
    Xml.SubElement(feed, "link", rel="alternate", type="text/html", href=f"{url}/status")
    Xml.SubElement(feed, "link", rel="self", type="application/atom+xml", href=f"{url}/history.atom")
    _add(Xml.SubElement(feed, "author"), "name", name)
    for one in _entries(page):
        entry = Xml.SubElement(feed, "entry")
        _add(entry, "id", _tag(url, one.path, page.since))
        _add(entry, "title", one.title)
        _add(entry, "published", rfc3339(one.at))
        _add(entry, "updated", rfc3339(one.updated_at))
        Xml.SubElement(entry, "link", rel="alternate", type="text/html", href=_link(url, one))
        _add(entry, "content", one.told).set("type", "html")
    return _written(feed)


def rss(page: StatusPage, name: str, url: str) -> bytes:
    """`history.rss`."""
    root = Xml.Element("rss", {"version": "2.0", "xmlns:atom": _ATOM})
    channel = Xml.SubElement(root, "channel")
    _add(channel, "title", f"{name}: incident history")
    _add(channel, "link", f"{url}/status")
    _add(channel, "description", f"What {name} told about its incidents")
    _add(channel, "pubDate", format_datetime(page.updated_at.astimezone(UTC), usegmt=True))
    Xml.SubElement(channel, "atom:link", rel="self", type="application/rss+xml", href=f"{url}/history.rss")
    for one in _entries(page):
        item = Xml.SubElement(channel, "item")
        _add(item, "title", one.title)
        _add(item, "description", one.told)
        _add(item, "pubDate", format_datetime(one.at.astimezone(UTC), usegmt=True))
        _add(item, "link", _link(url, one))
        _add(item, "guid", _link(url, one))
    return _written(root)


class _Entry(Value):
    """What a reader of the feed has of one incident or window. `told` is HTML, the words themselves escaped."""

    path: str
    title: str
    at: Time
    updated_at: Time
    told: str


def _entries(page: StatusPage) -> list[_Entry]:
    """The newest ones, newest first."""
    return sorted((*_incidents(page), *_windows(page)), key=lambda one: one.at, reverse=True)[:MOST]


def _incidents(page: StatusPage) -> Iterator[_Entry]:
    for one in page.bulletins[:MOST]:
        told = "".join(_notice(notice) for notice in reversed(one.notices))
        path, at = f"incidents/{one.id}", one.notices[0].at
        yield _Entry(path=path, title=one.title, at=at, updated_at=one.updated_at, told=told)


def _windows(page: StatusPage) -> Iterator[_Entry]:
    for one in page.maintenances:
        turns = one.turns(page.at)
        when = f"<p>{minute(one.starts_at)} to {minute(one.ends_at)}</p>"
        told = when + "".join(_turn(turn) for turn in reversed(turns))
        path, title = f"maintenances/{one.id}", f"Maintenance: {one.title}"
        yield _Entry(path=path, title=title, at=turns[0].at, updated_at=turns[-1].at, told=told)


def _notice(notice: Notice) -> str:
    corrected = f" (corrected {minute(notice.updated_at)})" if notice.earlier else ""
    return (
        f"<p>{minute(notice.at)}{corrected}<br><strong>{notice.stage.capitalize()}</strong>: {_words(notice.text)}</p>"
    )


def _turn(turn: Turn) -> str:
    stage = "Called off" if turn.called_off else turn.stage.replace("_", " ").capitalize()
    return f"<p>{minute(turn.at)}<br><strong>{stage}</strong>: {_words(turn.text)}</p>"


def _words(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _tag(url: str, what: str, since: datetime) -> str:
    """An id that stays what it is, RFC 4151."""
    host = url.partition("//")[2].partition("/")[0].partition(":")[0] or "localhost"
    return f"tag:{host},{since:%Y-%m-%d}:{what}"


def _link(url: str, one: _Entry) -> str:
    return f"{url}/status/{one.path}"


def _add(parent: Xml.Element, name: str, text: str) -> Xml.Element:
    made = Xml.SubElement(parent, name)
    made.text = text
    return made


def _written(root: Xml.Element) -> bytes:
    Xml.indent(root)
    return bytes(Xml.tostring(root, encoding="utf-8", xml_declaration=True))
