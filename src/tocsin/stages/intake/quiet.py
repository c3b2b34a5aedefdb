"""Silences and maintenance windows: is an alert quiet now, and why. Also reads Alertmanager's silences. Pure.

A quiet alert is kept and shown; it opens nothing until the quiet time is over (see `rejudge`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from tocsin.analysis.impact import extract
from tocsin.errors import Unreadable
from tocsin.model.alert import Alert
from tocsin.model.catalogue import Catalogue
from tocsin.model.change import Silence
from tocsin.model.ground import Time, Value
from tocsin.model.maintenance import Maintenance
from tocsin.model.plain import one_line
from tocsin.model.triage import FactKind
from tocsin.ports import Ledger
from tocsin.stages.intake.matching import Matchers, matches
from tocsin.stages.intake.rules import IntakeRules

ALERTMANAGER = "alertmanager"
_MATCHERS: TypeAdapter[Any] = TypeAdapter(Matchers)


def quiet_reason(alert: Alert, rules: IntakeRules, silences: Sequence[Silence], now: datetime) -> str:
    """Why the alert opens nothing now, in words; "" when it may."""
    for window in rules.maintenance:
        if window.covers(now) and matches(alert, window.matchers):
            return f"maintenance window {window.name}"
    for silence in silences:
        if _applies(silence, alert, rules) and silence.starts_at <= now < silence.ends_at:
            return f"{silence.origin} silence {silence.id} by {silence.created_by}: {silence.reason}"
    return ""


def maintained(alert: Alert, windows: Sequence[Maintenance], catalogue: Catalogue) -> str:
    """Why the alert opens nothing while work goes on at its component, in words; "" when it may.

    `windows` are those that keep quiet just now. An intruder waits for no maintenance: what speaks of one always comes through.
    """
    service = catalogue.find(alert.service) if alert.service else None
    name = service.public_name if service else ""
    window = next((one for one in windows if name and name in one.components), None)
    if window is None or _is_intrusion(alert):
        return ""
    return f"during maintenance {window.id} of {name}: {one_line(window.title)}"


def _is_intrusion(alert: Alert) -> bool:
    """Somebody is in, may be, or an attack or leak that nobody has stopped."""
    return any(
        seen.kind is FactKind.COMPROMISE or (seen.kind is FactKind.THREAT and seen.value == "active")
        for seen in extract(alert.text)
    )


def _applies(silence: Silence, alert: Alert, rules: IntakeRules) -> bool:
    """Alertmanager's silences reach Alertmanager's alerts only: nobody quiets another system's alerts from there."""
    if silence.origin == ALERTMANAGER and alert.source not in rules.alertmanager_sources:
        return False
    return matches(alert, silence.matchers)


def put_silences(ledger: Ledger, silences: Sequence[Silence]) -> None:
    """Keeps them all, replacing by id. Inside one write transaction."""
    for one in silences:
        ledger.silences.put(one)


class _AlertmanagerMatcher(Value, extra="ignore"):
    name: str
    value: str
    isRegex: bool = False
    isEqual: bool = True


class _AlertmanagerStatus(Value, extra="ignore"):
    state: str = "active"


class _AlertmanagerSilence(Value, extra="ignore"):
    """One item of Alertmanager's `GET /api/v2/silences` (openapi.yaml, gettableSilence)."""

    id: str
    matchers: tuple[_AlertmanagerMatcher, ...]
    startsAt: Time
    endsAt: Time
    createdBy: str = ""
    comment: str = ""
    status: _AlertmanagerStatus = _AlertmanagerStatus()


def alertmanager_silences(items: object, origin: str = ALERTMANAGER) -> tuple[list[Silence], list[str]]:
    """Alertmanager's silences as ours, and for each that cannot be honoured, why not.

    A silence we do not understand quiets nothing: alerts then come through. Raises Unreadable when `items` is no list.
    """
    if not isinstance(items, list):
        raise Unreadable("Alertmanager's silences are a JSON list.", "Send what GET /api/v2/silences answers.")
    found: list[Silence] = []
    refused: list[str] = []
    for item in items:
        try:
            found.append(_silence(item, origin))
        except ValidationError as mistake:
            refused.append(f"silence {_name(item)}: {mistake.errors()[0]['msg']}")
    return found, refused


def _name(item: object) -> str:
    return str(item.get("id", "without an id"))[:80] if isinstance(item, dict) else "that is no object"


def _silence(item: object, origin: str) -> Silence:
    theirs = _AlertmanagerSilence.model_validate(item)
    matchers = [
        {"name": one.name, "value": one.value, "is_regex": one.isRegex, "is_equal": one.isEqual}
        for one in theirs.matchers
    ]
    return Silence.model_validate(
        {
            "id": f"{origin}:{theirs.id}",
            "matchers": _MATCHERS.validate_python(matchers),
            "starts_at": theirs.startsAt,
            "ends_at": min(theirs.endsAt, theirs.startsAt) if theirs.status.state == "expired" else theirs.endsAt,
            "reason": theirs.comment or "no comment",
            "created_by": theirs.createdBy or "unknown",
            "origin": ALERTMANAGER,
        }
    )
