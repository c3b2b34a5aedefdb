"""Amazon SNS, over HTTP or as a Lambda event: opens the envelope and hands what is inside to its own source.

A subscription confirmation holds no alert. It is never followed here: see `authenticity.sns`.
"""

import re
from collections.abc import Iterator

from tocsin.errors import Unreadable
from tocsin.model.alert import AlertSeverity, AlertStatus
from tocsin.sources import aws_cloudwatch, aws_eventbridge, aws_guardduty
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.payload import json_value
from tocsin.sources.reading.scales import by_word, plain, status_of
from tocsin.sources.reading.vendor import Found, Posting, Vendor, headline, unreadable

_INSIDE = (aws_cloudwatch.SOURCE, aws_guardduty.SOURCE, aws_eventbridge.SOURCE)
_TYPES = ("Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation")
_FAILED = re.compile(r"\b(?:fail(?:ed|ure)?|error|stopped|aborted|expired|timed out)\b", re.IGNORECASE)


def recognise(posting: Posting) -> bool:
    """The HTTP envelope, or Lambda's list of records."""
    root = posting.root
    return _is_envelope(root) or any(_is_envelope(record.at("Sns")) for record in root.at("Records").rows())


def _is_envelope(root: Node) -> bool:
    return root.has("Type", "TopicArn") and root.text("Type") in _TYPES


def read(posting: Posting) -> Iterator[Found]:
    """One or more alerts for each envelope."""
    root = posting.root
    envelopes = [record.at("Sns") for record in root.at("Records").rows()] if root.has("Records") else [root]
    if not all(_is_envelope(envelope) for envelope in envelopes):
        raise unreadable("SNS", "it has no `Type` and `TopicArn`")
    for envelope in envelopes:
        if envelope.text("Type") == "Notification":
            yield from _message(envelope, posting)


def _message(envelope: Node, posting: Posting) -> Iterator[Found]:
    text = envelope.text("Message")
    root = _json(text)
    inside = Posting(root, posting.headers, posting.received_at)
    for source in _INSIDE:
        if source.recognise(inside):
            yield from source.read(inside)
            return
    yield _event(envelope, root) if isinstance(root.raw, dict) else _plain(envelope, text)


def _json(text: str) -> Node:
    """What the message holds when it is JSON; hostile JSON is refused like any other body."""
    if not text.startswith("{"):
        return Node(None)
    try:
        return Node(json_value(text))
    except Unreadable as refusal:
        if "not valid JSON" in refusal.what and "appears twice" not in refusal.what:
            return Node(None)  # a sentence that happens to begin with a brace
        raise


def _plain(envelope: Node, text: str) -> Found:
    """A sentence, perhaps with attributes that say more (AWS Backup does)."""
    attributes = {key: Node(value).text("Value") for key, value in _items(envelope.at("MessageAttributes"))}
    state = attributes.get("State", "")
    subject = envelope.text("Subject")
    failed = _FAILED.search(text if state == "" else state)
    return Found(
        source="aws_sns",
        key=(envelope.text("TopicArn"), attributes.get("Id", "") or subject or text),
        title=headline(subject, " ".join(filter(None, (attributes.get("EventType"), state)))) or text,
        description=text,
        status=status_of(state),
        severity=AlertSeverity.HIGH if state and failed else by_word(attributes.get("severity", "")),
        vendor_severity=state or attributes.get("severity", ""),
        starts_at=Node(attributes).time("StartTime") or envelope.time("Timestamp"),
        labels={**attributes, "topic": envelope.text("TopicArn")},
    )


def _items(node: Node) -> list[tuple[str, object]]:
    return list(node.raw.items()) if isinstance(node.raw, dict) else []


def _event(envelope: Node, root: Node) -> Found:
    """JSON of another AWS service (DMS, RDS, ElastiCache) or of the user's own program."""
    low = root.lowered()
    text = low.text("eventmessage", "message", "description", "reason", "cause", "summary")
    subject = low.text("sourceid", "commandid", "identifierlink", "resource", "jobname", "name", "autoscalinggroupname")
    word = low.text("severity", "level", "priority")
    state = low.text("status", "state")
    title = (
        low.text("title", "alarmname", "alertname", "documentname")
        or text
        or envelope.text("Subject")
        or root.text("Event")
    )
    return Found(
        source="aws_sns",
        key=(envelope.text("TopicArn"), subject or title),
        title=title or envelope.text("Message"),
        description=": ".join(filter(None, (subject, text))),
        status=AlertStatus.FIRING if not state else status_of(state),
        severity=by_word(word or plain(state)) if word or state else None,
        vendor_severity=word,
        service=low.text("service", "application") or low.text("sourceid"),
        starts_at=low.time("eventtime", "timestamp", "time", "starttime") or envelope.time("Timestamp"),
        labels={**root.labels(), "subject": envelope.text("Subject"), "topic": envelope.text("TopicArn")},
        links=(("source", low.text("identifierlink", "url", "link")), ("runbook", low.text("eventid"))),
    )


SOURCE = Vendor("aws_sns", recognise, read)
