"""The page's history as Atom and RSS: one entry for each incident, with all that was said. Pure; called by `press`."""

from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from xml.etree import ElementTree as Xml

from tocsin.model.bulletin import Bulletin, Notice
from tocsin.model.ground import rfc3339
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
    for one in page.bulletins[:MOST]:
        entry = Xml.SubElement(feed, "entry")
        _add(entry, "id", _tag(url, f"incidents/{one.id}", page.since))
        _add(entry, "title", one.title)
        _add(entry, "published", rfc3339(one.notices[0].at))
        _add(entry, "updated", rfc3339(one.updated_at))
        Xml.SubElement(entry, "link", rel="alternate", type="text/html", href=_link(url, one))
        _add(entry, "content", _told(one)).set("type", "html")
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
    for one in page.bulletins[:MOST]:
        item = Xml.SubElement(channel, "item")
        _add(item, "title", one.title)
        _add(item, "description", _told(one))
        _add(item, "pubDate", format_datetime(one.notices[0].at.astimezone(UTC), usegmt=True))
        _add(item, "link", _link(url, one))
        _add(item, "guid", _link(url, one))
    return _written(root)


def _told(one: Bulletin) -> str:
    """Everything said, newest first, as HTML; the words themselves escaped."""
    return "".join(_notice(notice) for notice in reversed(one.notices))


def _notice(notice: Notice) -> str:
    corrected = f" (corrected {minute(notice.updated_at)})" if notice.earlier else ""
    words = escape(notice.text).replace("\n", "<br>")
    return f"<p>{minute(notice.at)}{corrected}<br><strong>{notice.stage.capitalize()}</strong>: {words}</p>"


def _tag(url: str, what: str, since: datetime) -> str:
    """An id that stays what it is, RFC 4151."""
    host = url.partition("//")[2].partition("/")[0].partition(":")[0] or "localhost"
    return f"tag:{host},{since:%Y-%m-%d}:{what}"


def _link(url: str, one: Bulletin) -> str:
    return f"{url}/status/incidents/{one.id}"


def _add(parent: Xml.Element, name: str, text: str) -> Xml.Element:
    made = Xml.SubElement(parent, name)
    made.text = text
    return made


def _written(root: Xml.Element) -> bytes:
    Xml.indent(root)
    return bytes(Xml.tostring(root, encoding="utf-8", xml_declaration=True))
