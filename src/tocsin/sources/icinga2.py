"""Icinga 2: a notification command posts the check as nested JSON; Icinga DB and Icinga Notifications send similar bodies."""

from collections.abc import Iterator

from tocsin.model.alert import AlertStatus
from tocsin.sources.nagios import grade, is_over
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.vendor import Found, Posting, Vendor, unreadable

_NUMBERS = {"0": "OK", "1": "WARNING", "2": "CRITICAL", "3": "UNKNOWN"}


def recognise(posting: Posting) -> bool:
    """A host object with Icinga's state, output or check result beside it."""
    root = posting.root
    nested = root.at("host").has_any("name", "display_name", "state") and root.has_any(
        "notification_type", "check_output", "last_state_change"
    )
    return nested or (root.has("check_result", "host") and root.has_any("state", "type", "state_type"))


def read(posting: Posting) -> Iterator[Found]:
    """One notification or API event."""
    root = posting.root
    host = root.at("host").text("name", "display_name") or root.text("host")
    if not host:
        raise unreadable("Icinga", "it names no host")
    check = root.at("service")
    service = check.text("display_name", "name") or check.text()
    state = root.text("state") or check.text("state") or root.at("host").text("state")
    state = _NUMBERS.get(state, state).upper() if service else {"0": "UP", "1": "DOWN"}.get(state, state).upper()
    kind = root.text("notification_type").upper()
    result = root.at("check_result")
    yield Found(
        key=(host, check.text("name") or service),
        title=f"{host}: {service}" if service else f"{host} is {state}",
        description=root.text("output", "check_output") or result.text("output") or root.text("text"),
        status=AlertStatus.RESOLVED if is_over(kind, state) else AlertStatus.FIRING,
        severity=grade(state),
        vendor_severity=state,
        service=check.text("name") or service or host,
        starts_at=root.time("last_state_change", "last_hard_state_change", "timestamp") or result.time("execution_end"),
        labels=_labels(root, host, service, kind),
        links=(("source", root.text("url", "notes_url", "icinga_url") or check.text("notes_url", "action_url")),),
    )


def _labels(root: Node, host: str, service: str, kind: str) -> dict[str, str]:
    own = {**root.at("host", "vars").labels(), **root.at("service", "vars").labels()}
    command = root.at("service").text("check_command") or root.at("host").text("check_command")
    return {**own, "host": host, "check": service, "notification_type": kind, "check_command": command}


SOURCE = Vendor("icinga2", recognise, read)
