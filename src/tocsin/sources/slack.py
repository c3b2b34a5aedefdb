"""Bodies written for Slack's incoming webhooks, which many tools can send and nothing else. Colour is all they say of severity."""

from collections.abc import Iterator

from tocsin.model.alert import AlertStatus
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.scales import HIGH, INFO, UNKNOWN, WARNING, by_word
from tocsin.sources.reading.vendor import Found, Posting, Vendor, unreadable

_COLOURS = {"danger": HIGH, "warning": WARNING, "good": INFO}
_OWN = (
    "text",
    "attachments",
    "channel",
    "username",
    "icon_emoji",
    "icon_url",
    "blocks",
    "mrkdwn",
    "fallback",
    "link_names",
)


def recognise(posting: Posting) -> bool:
    """Nothing but Slack's own fields, with a text or an attachment."""
    root = posting.root
    known = isinstance(root.raw, dict) and set(root.raw) <= set(_OWN)
    return known and (root.has_any("attachments", "blocks") or (root.has("text") and len(root.labels()) > 1))


def read(posting: Posting) -> Iterator[Found]:
    """One message: its first attachment says the most."""
    root = posting.root
    first = next(iter(root.at("attachments").rows()), Node(None))
    block = next((row.at("text").text("text") for row in root.at("blocks").rows() if row.at("text").text("text")), "")
    title = first.text("title", "fallback", "pretext") or root.text("text") or block or first.text("text")
    if not title:
        raise unreadable("Slack", "it has neither `text` nor `attachments`")
    fields = first.at("fields").rows()
    labels = {row.text("title"): row.text("value") for row in fields if row.text("title")}
    told = Node(labels).lowered()
    colour = first.text("color")
    word = told.text("severity", "priority", "level") or colour
    yield Found(
        key=(root.text("username", "channel"), title),
        title=title,
        description=first.text("text") or root.text("text") or block,
        status=AlertStatus.RESOLVED if colour == "good" else AlertStatus.FIRING,
        severity=_COLOURS.get(word) or by_word(word) or UNKNOWN,
        vendor_severity=word,
        service=told.text("service", "application", "host"),
        environment=told.text("environment", "env"),
        starts_at=first.time("ts"),
        labels=labels,
        links=(("source", first.text("title_link")),),
    )


SOURCE = Vendor("slack", recognise, read)
