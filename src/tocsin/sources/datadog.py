"""Datadog: the webhook integration. Its users write the body, so the field names are those of the common templates."""

import re
from collections.abc import Iterator

from tocsin.model.alert import AlertStatus
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.scales import descending, plain
from tocsin.sources.reading.vendor import Found, Posting, Vendor

_TRANSITION = re.compile(
    r"(?:\[(P\d)\] )?\[(Triggered|Re-Triggered|Warn|No Data|Re-No Data|Recovered|Renotify|Re-Warn)\b[^\]]{0,300}\]\s*"
)
_MARKS = (
    "alerttransition", "aggregkey", "aggregationkey", "alertmetric", "alertquery", "alertscope", "alertstatus", "alertcyclekey",
    "monitorid", "eventmsg", "eventtype", "textonlymsg",
)  # fmt: skip


def recognise(posting: Posting) -> bool:
    """Datadog's own words for a monitor, or its default body."""
    root = posting.root
    low = root.lowered()
    marks = sum(low.has(mark) for mark in _MARKS)
    default = root.has("event_type", "last_updated") and root.has_any("org", "org_id") and root.has_any("body", "title")
    return default or (marks >= 2 and low.has_any("title", "eventtitle", "body")) or root.has("monitor_id", "scopes")


def read(posting: Posting) -> Iterator[Found]:
    """One alert; the transition tells whether it is over, in its own field or at the head of the title."""
    low = posting.root.lowered()
    title = low.text("title", "eventtitle", "alerttitle", "monitorname", "alertname", "name")
    match = _TRANSITION.search(title)
    in_title = (match[1] or "", match[2]) if match else ("", "")
    name = _TRANSITION.sub("", title).strip() or title
    labels = _labels(posting.root, low)
    body = low.text("body", "eventmsg", "message", "text", "textonlymsg", "description", "alertbody")
    word = _word(low, in_title[0])
    yield Found(
        # `id` is of this very event and the cycle's key of this very outbreak: neither names the condition.
        key=(low.text("alertid", "monitorid", "aggregkey", "aggregationkey") or name, *_scope(low)),
        title=name or body,
        description=body.replace("%%%", "").strip(),  # Datadog's mark for "this is Markdown"
        status=_status(low, in_title[1]),
        severity=descending(word, 1),
        vendor_severity=word,
        service=labels.get("service", ""),
        environment=labels.get("env", "") or labels.get("environment", ""),
        starts_at=low.time(
            "alertfirsttriggered", "date", "dateposix", "eventdate", "timestamp", "lastupdated", "lastupdatedposix"
        ),
        labels=labels,
        links=(
            ("source", low.text("link", "url", "alerturl", "eventlink")),
            ("image", low.text("snapshot", "snapshoturl")),
        ),
    )


def _labels(root: Node, low: Node) -> dict[str, str]:
    tags = low.at("tags").labels() | low.at("alertscope").labels() | low.at("scope").labels()
    named = {
        name: root.text(name)
        for name in ("alert_metric", "alert_query", "query", "hostname", "host", "event_type", "type")
    }
    return {**tags, **named, "monitor_id": low.text("monitorid", "alertid"), "org": low.at("org").text("name")}


def _scope(low: Node) -> list[str]:
    """A monitor that groups by host or service has one alert per group."""
    named = low.text("alertscope", "scope") or ",".join(low.at("scopes").texts())
    return [named or low.text("hostname", "host")]


def _status(low: Node, in_title: str) -> AlertStatus:
    word = plain(
        low.text("alerttransition", "transition", "alertstatus", "status") or in_title or low.text("alerttype")
    )
    return AlertStatus.RESOLVED if word in ("recovered", "ok", "success", "resolved") else AlertStatus.FIRING


def _word(low: Node, in_title: str) -> str:
    """Priority P1 is the worst. `normal` and `low` are priorities of an event and say little; the alert type says more."""
    priority = low.text("priority", "alertpriority", "severity")
    if plain(priority) in ("", "normal", "low"):
        return in_title or low.text("alerttype") or priority
    return priority


SOURCE = Vendor("datadog", recognise, read)
