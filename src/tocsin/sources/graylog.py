"""Graylog: event notifications of version 3 and later, and the older stream alarms."""

from collections.abc import Iterator

from tocsin.model.alert import AlertSeverity
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.scales import HIGH, INFO, LOW, WARNING
from tocsin.sources.reading.vendor import Found, Posting, Vendor, headline, unreadable

_PRIORITIES: dict[str, AlertSeverity] = {"1": LOW, "2": WARNING, "3": HIGH, "4": AlertSeverity.CRITICAL}


def recognise(posting: Posting) -> bool:
    """An event definition with its event, or a stream with a check result."""
    root = posting.root
    new = root.has_any("event_definition_id", "event_definition_title") and root.has("event")
    return new or (root.at("check_result").has("triggered_condition") or root.has("check_result", "stream"))


def read(posting: Posting) -> Iterator[Found]:
    """One event or one alarm; neither ever says it is over. Priority 1 is low and 3 is high."""
    root = posting.root
    if root.has("event"):
        yield _event(root, root.at("event"))
    elif root.has("check_result"):
        yield _alarm(root, root.at("check_result"))
    else:
        raise unreadable("Graylog", "it has neither `event` nor `check_result`")


def _event(root: Node, event: Node) -> Found:
    priority = event.text("priority")
    fields = {**event.at("group_by_fields").labels(), **event.at("fields").labels()}
    return Found(
        key=(
            root.text("event_definition_id"),
            event.text("key"),
            *sorted(event.at("group_by_fields").labels().values()),
        ),
        title=root.text("event_definition_title") or event.text("message"),
        description=event.text("message") or root.text("event_definition_description"),
        severity=_PRIORITIES.get(priority, INFO if priority == "0" else AlertSeverity.UNKNOWN),
        vendor_severity=priority,
        starts_at=event.time("timerange_start", "timestamp", "timestamp_processing"),
        labels={**fields, "event_key": event.text("key"), "event_source": event.text("source")},
        links=(("source", event.text("replay_info")),),
    )


def _alarm(root: Node, result: Node) -> Found:
    condition, stream = result.at("triggered_condition"), root.at("stream")
    messages = [row.text("message") for row in result.at("matching_messages").rows()]
    return Found(
        key=(stream.text("id"), condition.text("id") or condition.text("title")),
        title=headline(stream.text("title"), condition.text("title") or result.text("result_description")),
        description="\n".join((result.text("result_description"), *messages[:20])),
        starts_at=result.time("triggered_at"),
        labels={"stream": stream.text("title"), "condition": condition.text("type")},
    )


SOURCE = Vendor("graylog", recognise, read)
