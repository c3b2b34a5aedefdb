"""Nagios and what descends from it (Naemon, Shinken, Centreon): a notification command posts the macros as JSON or as a form."""

from collections.abc import Iterator

from tocsin.model.alert import AlertSeverity, AlertStatus
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.scales import CRITICAL, INFO, UNKNOWN, WARNING
from tocsin.sources.reading.vendor import Found, Posting, Vendor, unreadable

_STATES = {
    "OK": INFO, "UP": INFO, "PENDING": INFO, "WARNING": WARNING, "UNKNOWN": UNKNOWN,
    "CRITICAL": CRITICAL, "DOWN": CRITICAL, "UNREACHABLE": CRITICAL,
}  # fmt: skip
_OVER_TYPES = ("RECOVERY", "FLAPPINGSTOP", "FLAPPINGDISABLED", "DOWNTIMEEND", "DOWNTIMECANCELLED")
_STATE_NAMES = ("servicestate", "hoststate", "state")


def recognise(posting: Posting) -> bool:
    """A notification type or state beside a host's name, under the macros' names."""
    low = macros(posting.root)
    stated = low.has_any("notificationtype", "servicestate", "hoststate")
    named = bool(low.text("hostname", "hostalias", "hostaddress", "servicedesc"))
    return stated and named and not low.has_any("what", "checkcommand")


def macros(root: Node) -> Node:
    """The fields under the macros' plain names: `NAGIOS_HOSTNAME`, `$HOSTNAME$` and `host_name` are one."""
    low = root.lowered()
    if not isinstance(low.raw, dict):
        return low
    plain = {key.removeprefix("nagios").removeprefix("icinga"): value for key, value in low.raw.items()}
    renamed = {
        "servicedescription": "servicedesc",
        "serviceoutput": "serviceoutput",
        "host": "hostname",
        "service": "servicedesc",
    }
    return Node({renamed.get(key, key): value for key, value in plain.items()})


def read(posting: Posting) -> Iterator[Found]:
    """One notification about a service or a host."""
    low = macros(posting.root)
    if not low.has_any("hostname", "hostalias", "servicedesc"):
        raise unreadable("Nagios", "it names no host")
    yield notification(
        low, low.text("hostname", "hostalias", "hostdisplayname"), low.text("servicedesc", "servicedisplayname")
    )


def notification(low: Node, host: str, service: str) -> Found:
    """What any of the family's notifications says; `low` holds the macros under their plain names."""
    state = _state(low, service)
    kind = low.text("notificationtype").upper()
    output = low.text("serviceoutput", "hostoutput", "output", "checkoutput", "plugoutput")
    longer = low.text("longserviceoutput", "longhostoutput", "longoutput")
    over = is_over(kind, state)
    return Found(
        key=(host, service),
        title=f"{host}: {service}" if service else f"{host} is {state or kind}",
        description="\n".join(filter(None, (output, longer, low.text("notificationcomment")))),
        status=AlertStatus.RESOLVED if over else AlertStatus.FIRING,
        severity=grade(state),
        vendor_severity=state,
        service=service or host,
        starts_at=low.time(
            "laststatechange",
            "lastservicestatechange",
            "lasthoststatechange",
            "timet",
            "longdatetime",
            "timestamp",
            "date",
        ),
        labels={
            "host": host,
            "check": service,
            "notification_type": kind,
            "address": low.text("hostaddress", "address"),
            "host_group": low.text("hostgroupname", "hostgroupnames"),
        },
        links=tuple(
            ("source", low.text(name))
            for name in ("servicenotesurl", "hostnotesurl", "serviceactionurl", "hostactionurl", "url")
        ),
    )


def _state(low: Node, service: str) -> str:
    names = _STATE_NAMES if service else ("hoststate", "state", "servicestate")
    return low.text(*names).upper()


def is_over(kind: str, state: str) -> bool:
    """Over by its type, or by its state when the type is about neither downtime nor a person."""
    return kind in _OVER_TYPES or (state in ("OK", "UP") and kind not in ("PROBLEM", "FLAPPINGSTART"))


def grade(state: str) -> AlertSeverity:
    """The state as severity: UNKNOWN means the check itself failed."""
    return _STATES.get(state, UNKNOWN)


SOURCE = Vendor("nagios", recognise, read)
