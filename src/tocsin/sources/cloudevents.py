"""CloudEvents 1.0 in the three ways of HTTP: structured, batch, and binary (the attributes are `ce-` headers)."""

from collections.abc import Iterator

from tocsin.model.alert import AlertSeverity, AlertStatus
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.scales import by_word, status_of
from tocsin.sources.reading.vendor import Found, Posting, Vendor, unreadable

_ATTRIBUTES = frozenset(("specversion", "data", "data_base64", "datacontenttype", "dataschema"))
_OVER_TYPES = (".resolved", ".closed", ".recovered", ".cleared", ".ok")


def recognise(posting: Posting) -> bool:
    """`specversion` with a type and a source, in the body, in each of a batch, or in the headers."""
    root = posting.root
    events = root.rows()
    batch = bool(events) and all(_is_event(event) for event in events)
    return batch or "ce-specversion" in posting.headers


def _is_event(event: Node) -> bool:
    return event.has("specversion", "type", "source")


def read(posting: Posting) -> Iterator[Found]:
    """One alert per event."""
    headers = {name[3:]: text for name, text in posting.headers.items() if name.startswith("ce-")}
    if "specversion" in headers:
        yield _event(Node({**headers, "data": posting.root.raw}))
        return
    events = posting.root.rows()
    if not events or not all(event.has_any("type", "source") for event in events):
        raise unreadable("CloudEvents", "an event has no `type`")
    yield from (_event(event) for event in events)


def _event(event: Node) -> Found:
    """The data's own words when it has any; otherwise the event's type and subject."""
    data = event.at("data")
    low = data.lowered()
    kind, subject = event.text("type"), event.text("subject")
    state = low.text("status", "state")
    over = kind.lower().endswith(_OVER_TYPES) or (bool(state) and status_of(state) is AlertStatus.RESOLVED)
    word = event.text("severity") or low.text("severity", "priority", "level")
    own = {name: value for name, value in event.labels().items() if name.split(".")[0] not in _ATTRIBUTES}
    return Found(
        key=(
            event.text("source"),
            _condition(kind),
            subject or low.text("fingerprint", "alertid", "id") or low.text("title", "name"),
        ),
        title=low.text("title", "alertname", "name", "summary") or " ".join(filter(None, (kind, subject))),
        description=low.text("description", "message", "summary", "details", "reason") or data.text(),
        status=AlertStatus.RESOLVED if over else AlertStatus.FIRING,
        severity=by_word(word) if word else AlertSeverity.UNKNOWN,
        vendor_severity=word,
        service=low.text("service", "servicename", "app", "application"),
        environment=low.text("environment", "env"),
        starts_at=low.time("startsat", "startedat", "starttime") or event.time("time"),
        ends_at=low.time("endsat", "endedat", "resolvedat") if over else None,
        labels={**own, **data.at("labels").labels()},
        links=(("source", low.text("url", "link")), ("source", event.text("source"))),
    )


def _condition(kind: str) -> str:
    """The type without its ending, so that `x.fired` and `x.resolved` are one condition."""
    stem, _, ending = kind.rpartition(".")
    return (
        stem
        if ending.lower() in ("fired", "firing", "opened", "triggered", *(over[1:] for over in _OVER_TYPES))
        else kind
    )


SOURCE = Vendor("cloudevents", recognise, read)
