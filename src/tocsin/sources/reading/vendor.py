"""The frame of a vendor's module: two plain functions over a decoded payload become a Source. Strangers may use it as well.

`recognise(posting)` says whether the payload can only be this vendor's; `read(posting)` yields what it found. The frame
decodes, cleans, dates, fingerprints and builds the Alert, so a vendor's module holds nothing but that vendor's habits.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from urllib.parse import urlsplit

from tocsin.errors import Unreadable
from tocsin.model.alert import Alert, AlertSeverity, AlertStatus, Delivery, Link
from tocsin.sources.reading.labels import environment_of, service_of
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.payload import decode
from tocsin.sources.reading.scales import by_word, status_of
from tocsin.sources.reading.times import moment
from tocsin.sources.reading.words import line, words

MAX_ALERTS = 5_000
MAX_URL = 4_000


@dataclass(frozen=True, slots=True)
class Posting:
    """One decoded delivery: `root` is the payload (a text body is a Node of str), `headers` are lower-case."""

    root: Node
    headers: Mapping[str, str]
    received_at: datetime

    @property
    def is_text(self) -> bool:
        """True when the body was plain text."""
        return isinstance(self.root.raw, str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One alert as the vendor spells it; the frame turns it into an Alert. `key` are the parts that name the condition."""

    key: tuple[object, ...]
    title: object
    description: object = ""
    status: AlertStatus | str = AlertStatus.FIRING
    severity: AlertSeverity | None = None
    """None: judged by the word in `vendor_severity`."""
    vendor_severity: object = ""
    service: object = ""
    environment: object = ""
    starts_at: object = None
    ends_at: object = None
    labels: Mapping[str, str] = field(default_factory=dict)
    links: tuple[tuple[str, object], ...] = ()
    source: str = ""
    fingerprint: str = ""
    """The vendor's own fingerprint, when it sends one; then `key` is not used."""


@dataclass(frozen=True, slots=True)
class Vendor:
    """A Source (ports.py) made of a name and two functions."""

    name: str
    recognise: Callable[[Posting], bool]
    read: Callable[[Posting], Iterable[Found]]

    def recognises(self, delivery: Delivery) -> bool:
        """True when the payload can only be this vendor's. Raises IntakeError when the body is no payload at all."""
        return self.recognise(open_posting(delivery))

    def parse(self, delivery: Delivery) -> tuple[Alert, ...]:
        """The alerts in the body. Raises IntakeError with what is wrong."""
        return build(self.name, self.read(open_posting(delivery)), delivery)


def open_posting(delivery: Delivery) -> Posting:
    """Decodes a delivery. Raises IntakeError."""
    return Posting(Node(decode(delivery.body, delivery.headers)), delivery.headers, delivery.received_at)


def build(source: str, found: Iterable[Found], delivery: Delivery) -> tuple[Alert, ...]:
    """Alerts of one delivery. Raises Unreadable when one says nothing or there are more than MAX_ALERTS."""
    alerts: list[Alert] = []
    for one in found:
        if len(alerts) == MAX_ALERTS:
            raise Unreadable(f"The body holds more than {MAX_ALERTS} alerts.", "Send fewer alerts at once.")
        alerts.append(_alert(source, one, delivery))
    return tuple(alerts)


def unreadable(vendor: str, missing: str) -> Unreadable:
    """The refusal of a payload that is not what its door expects."""
    return Unreadable(f"This is no {vendor} payload: {missing}.", "Check the sender, or let `auto` find the source.")


def headline(*parts: str) -> str:
    """Rule name and summary as one title, without saying anything twice: `PoolExhausted: 500 of 500 connections`."""
    said: list[str] = []
    for part in filter(None, parts):
        if not any(part.lower() in other.lower() for other in said):
            said = [other for other in said if other.lower() not in part.lower()] + [part]
    return ": ".join(said)


def _alert(source: str, found: Found, delivery: Delivery) -> Alert:
    title = line(found.title)
    if not title:
        raise unreadable(source, "it has no title")
    name = found.source or source
    labels = {line(key): value for key, text in found.labels.items() if line(key) and (value := words(text))}
    word = line(found.vendor_severity, 100)
    starts_at, ends_at = _moment(found.starts_at), _moment(found.ends_at)
    return Alert(
        source=name,
        fingerprint=line(found.fingerprint, 200) or fingerprint(name, *found.key),
        status=found.status if isinstance(found.status, AlertStatus) else status_of(found.status),
        title=title,
        description=words(found.description),
        severity=by_word(word) if found.severity is None else found.severity,
        vendor_severity=word,
        service=line(found.service) or line(service_of(labels)),
        environment=line(found.environment) or line(environment_of(labels)),
        # A recovery often names only its own time; without any, two recoveries of one condition would look like one.
        starts_at=starts_at or ends_at,
        ends_at=ends_at,
        received_at=delivery.received_at,
        labels=labels,
        links=_links(found.links),
        delivery_id=delivery.id,
    )


def fingerprint(source: str, *key: object) -> str:
    """Stable name of one condition: the same whether it fires or resolves, whatever the time."""
    parts = [source, *(part if isinstance(part, str) else words(part) for part in key)]
    return sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def _moment(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else moment(value)


def _links(links: Iterable[tuple[str, object]]) -> tuple[Link, ...]:
    found = {str(url): Link(rel=rel, url=url) for rel, value in links if (url := web_address(value))}
    return tuple(found.values())


def web_address(value: object) -> str:
    """An absolute http or https address, or "". Anything else (javascript:, relative, with spaces) is no link."""
    url = words(value)
    if not url.lower().startswith(("http://", "https://")) or len(url) > MAX_URL or any(c.isspace() for c in url):
        return ""
    try:
        return url if urlsplit(url).hostname else ""
    except ValueError:
        return ""
