"""Zabbix: the webhook media type. Its users name the parameters after the macros; macros Zabbix could not fill stay as they are."""

from collections.abc import Iterator
from datetime import datetime

from tocsin.model.alert import AlertStatus
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.scales import CRITICAL, HIGH, INFO, WARNING, by_word, status_of
from tocsin.sources.reading.vendor import Found, Posting, Vendor

_SEVERITIES = {"0": INFO, "1": INFO, "2": WARNING, "3": WARNING, "4": HIGH, "5": CRITICAL}
_PLAIN = ("hostname", "severity", "status", "trigger")
_EVENT = (
    "eventid",
    "eventname",
    "eventseverity",
    "eventnseverity",
    "eventvalue",
    "eventupdatestatus",
    "eventsource",
    "eventtags",
)
_TRIGGER = (
    "triggerid",
    "triggername",
    "triggerseverity",
    "triggerstatus",
    "triggernseverity",
    "triggerdescription",
    "triggervalue",
)
_ITEM = ("itemname", "itemvalue", "itemid", "itemlastvalue", "zabbixurl", "hostname", "hosthost", "hostip")


def recognise(posting: Posting) -> bool:
    """At least three of Zabbix' macro names, one of them about the event or trigger."""
    low = posting.root.lowered()
    own = sum(low.has(name) for name in (*_EVENT, *_TRIGGER))
    items = sum(low.has(name) for name in _ITEM)
    return low.has("zabbixurl") or low.has(*_PLAIN) or (own >= 2 and own + items >= 3)


def read(posting: Posting) -> Iterator[Found]:
    """One event. `event_value` 0 is a recovery and 1 a problem; an update keeps the problem on."""
    low = posting.root.lowered()
    word = low.text("eventseverity", "triggerseverity", "severity")
    number = low.text("eventnseverity", "triggernseverity", "nseverity") or word
    over = _status(low) is AlertStatus.RESOLVED
    yield Found(
        key=(low.text("hosthost", "hostname", "host"), low.text("triggerid") or low.text("eventid") or _title(low)),
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


def _title(low: Node) -> str:
    return low.text(
        "eventname", "triggername", "trigger", "alertsubject", "subject", "name", "title", "itemname", "item"
    )


def _status(low: Node) -> AlertStatus:
    value = low.text("eventvalue", "triggervalue")
    if low.text("eventupdatestatus") == "1":
        return AlertStatus.FIRING
    if value in ("0", "1"):
        return AlertStatus.RESOLVED if value == "0" else AlertStatus.FIRING
    return status_of(low.text("eventstatus", "triggerstatus", "status", "eventvalue"))


def _when(low: Node, prefix: str) -> datetime | None:
    """Date and time are two macros, in the time zone of the Zabbix server (read as UTC when it names none)."""
    day, clock = low.text(f"{prefix}date"), low.text(f"{prefix}time")
    return (
        low.time(f"{prefix}timestamp")
        or Node(f"{day} {clock}".strip()).time(zone=low.text("timezone"))
        or low.time("timestamp", "clock")
    )


SOURCE = Vendor("zabbix", recognise, read)
