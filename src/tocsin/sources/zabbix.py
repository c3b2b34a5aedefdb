"""Zabbix: the webhook media type. Its users name the parameters after the macros; macros Zabbix could not fill stay as they are."""

import re
from collections.abc import Iterator
from datetime import datetime

from tocsin.model.alert import AlertStatus
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.scales import CRITICAL, HIGH, INFO, WARNING, by_word, status_of
from tocsin.sources.reading.vendor import Found, Posting, Vendor

_SEVERITIES = {"0": INFO, "1": INFO, "2": WARNING, "3": WARNING, "4": HIGH, "5": CRITICAL}
_PLAIN = ("hostname", "severity", "status", "trigger")
_EVENT = (
    "eventid", "eventname", "eventseverity", "eventnseverity", "eventvalue", "eventupdatestatus", "eventsource", "eventtags",
    "eventdatetime", "eventackstatus", "eventupdateaction",
)  # fmt: skip
_TRIGGER = (
    "triggerid", "triggername", "triggerseverity", "triggerstatus", "triggernseverity", "triggerdescription", "triggervalue",
)  # fmt: skip
_SUBJECT = re.compile(r"(Problem|Resolved|Updated problem)(?: in [^:]{1,40})?:\s*")
_IN_LINK = re.compile(r"[?&]triggerid=(\d{1,20})")
_ITEM = ("itemname", "itemvalue", "itemid", "itemlastvalue", "zabbixurl", "hostname", "hosthost", "hostip")


def recognise(posting: Posting) -> bool:
    """At least three of Zabbix' macro names, one of them about the event or trigger."""
    low = posting.root.lowered()
    own = sum(low.has(name) for name in (*_EVENT, *_TRIGGER))
    items = sum(low.has(name) for name in _ITEM)
    mail = bool(_SUBJECT.match(low.text("subject"))) and "problem ID:" in low.text("message")
    return low.has("zabbixurl") or low.has(*_PLAIN) or mail or (own >= 2 and own + items >= 3)


def read(posting: Posting) -> Iterator[Found]:
    """One event. `event_value` 0 is a recovery and 1 a problem; an update keeps the problem on."""
    low = posting.root.lowered()
    word = low.text("eventseverity", "triggerseverity", "severity")
    number = low.text("eventnseverity", "triggernseverity", "nseverity") or word
    over = _status(low) is AlertStatus.RESOLVED
    yield Found(
        key=(low.text("hosthost", "hostname", "host"), _condition(low)),
        title=_title(low),
        description=low.text(
            "eventopdata", "triggerdescription", "alertmessage", "message", "description", "itemvalue", "opdata", "item"
        ),
        status=_status(low),
        severity=_SEVERITIES.get(number) or by_word(word),
        vendor_severity=word or number,
        service=low.at("eventtags").labels().get("service", "") or low.at("eventtagsjson").labels().get("service", ""),
        starts_at=_when(low, "event"),
        ends_at=_when(low, "eventrecovery") if over else None,
        labels={
            **low.at("eventtags").labels(),
            **low.at("eventtagsjson").labels(),
            **low.at("tags").labels(),
            "host": low.text("hostname", "hosthost", "host"),
            "host_ip": low.text("hostip", "hostconn"),
            "item": low.text("itemname"),
            "value": low.text("itemvalue", "itemlastvalue"),
            "trigger_id": low.text("triggerid"),
            "event_id": low.text("eventid"),
            "host_group": low.text("hostgroup", "triggerhostgroupname", "hostgroups"),
        },
        links=(("source", low.text("link", "url", "eventurl", "triggerurl")), ("source", low.text("zabbixurl"))),
    )


def _condition(low: Node) -> str:
    in_link = _IN_LINK.search(low.text("link", "url"))
    return low.text("triggerid") or (in_link[1] if in_link else "") or low.text("eventid") or _title(low)


def _title(low: Node) -> str:
    """The problem's name; Zabbix' own subject says `Problem:` or `Resolved in 5m:` before it."""
    named = low.text(
        "eventname", "triggername", "trigger", "alertsubject", "subject", "name", "title", "itemname", "item"
    )
    return _SUBJECT.sub("", named, count=1)


def _status(low: Node) -> AlertStatus:
    value = low.text("eventvalue", "triggervalue")
    if low.text("eventupdatestatus") == "1":
        return AlertStatus.FIRING
    if value in ("0", "1"):
        return AlertStatus.RESOLVED if value == "0" else AlertStatus.FIRING
    subject = _SUBJECT.match(low.text("alertsubject", "subject"))
    return status_of(
        low.text("eventstatus", "triggerstatus", "status", "eventvalue") or (subject[1] if subject else "")
    )


def _when(low: Node, prefix: str) -> datetime | None:
    """Date and time are two macros, in the time zone of the Zabbix server (read as UTC when it names none)."""
    day, clock = low.text(f"{prefix}date"), low.text(f"{prefix}time")
    return (
        low.time(f"{prefix}timestamp", f"{prefix}datetime")
        or Node(f"{day} {clock}".strip()).time(zone=low.text("timezone"))
        or low.time("timestamp", "clock")
    )


SOURCE = Vendor("zabbix", recognise, read)
