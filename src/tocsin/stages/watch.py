"""The watch over the watchers: heartbeats that stop, connectors that fall silent. Section `watch`. It says what to alert about.

It does no I/O. Called by the service's rounds, which hand its alerts to intake like any other. Each silence is one
condition, so a long one opens one incident, and the return of the heartbeat resolves it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import Field, PositiveFloat

from tocsin.config import Secret
from tocsin.model.alert import Alert, AlertSeverity, AlertStatus
from tocsin.model.ground import Value
from tocsin.ports import KeptAlert, Ledger

SOURCE = "tocsin"
_LOOKBACK = timedelta(days=1)
_PAGE = 500


class Heartbeat(Value):
    """An alert that must keep coming. `source` "" means any; one not `required` is expected only after it was heard once."""

    alertname: str = Field(min_length=1)
    source: str = ""
    max_silence_minutes: PositiveFloat = 10
    required: bool = False

    def is_beat(self, alert: Alert) -> bool:
        """True when this alert is that heartbeat."""
        named = self.alertname in (alert.labels.get("alertname"), alert.title)
        return named and self.source in ("", alert.source)

    @property
    def fingerprint(self) -> str:
        """The condition "this heartbeat is silent"."""
        return f"heartbeat:{self.source}:{self.alertname}"


class DeadMan(Value):
    """Somebody outside who raises the alarm when we stop calling."""

    url: Secret
    every_seconds: PositiveFloat = 60


class ConnectorWatch(Value):
    """How often connectors are asked for a sign of life, and when their silence counts."""

    probe_seconds: PositiveFloat = 60
    silent_after_minutes: PositiveFloat = 5
    alert: bool = False


class WatchSettings(Value):
    """Section `watch`."""

    tick_seconds: PositiveFloat = 10
    heartbeats: tuple[Heartbeat, ...] = ()
    dead_man: DeadMan | None = None
    silences_seconds: PositiveFloat = 60
    """How often the silences of `connectors.alertmanager` are asked for."""
    connectors: ConnectorWatch = ConnectorWatch()


@dataclass(slots=True)
class Pulse:
    """What is known of one connector's life. `failure` is the last error in words, "" after a success."""

    last_success: datetime | None = None
    failure: str = ""


@dataclass(slots=True)
class Pulses:
    """The signs of life of every connector, since `started`. Written by whoever asks a connector, read by health and metrics."""

    started: datetime
    by_name: dict[str, Pulse] = field(default_factory=dict)

    def success(self, name: str, at: datetime) -> None:
        """The connector answered."""
        self.by_name[name] = Pulse(at)

    def failure(self, name: str, what: str) -> None:
        """The connector did not answer usefully."""
        known = self.by_name.get(name, Pulse())
        self.by_name[name] = Pulse(known.last_success, what or "no answer")

    def due(self, name: str, after: timedelta) -> datetime:
        """When that connector's silence becomes too long."""
        return (self.by_name[name].last_success or self.started) + after

    def __iter__(self) -> Iterator[tuple[str, Pulse]]:
        return iter(sorted(self.by_name.items()))


def heartbeat_alerts(ledger: Ledger, heartbeats: Iterable[Heartbeat], started: datetime, now: datetime) -> list[Alert]:
    """A firing alert for each heartbeat that fell silent, a resolved one for each that came back. Reads only."""
    heartbeats = tuple(heartbeats)
    if not heartbeats:
        return []
    beats = _lately_watched(ledger, now)
    return [alert for one in heartbeats if (alert := _heartbeat_alert(ledger, one, beats, started, now))]


def _lately_watched(ledger: Ledger, now: datetime) -> list[KeptAlert]:
    return ledger.alerts.recent(since=now - _LOOKBACK, disposition="watched", limit=_PAGE)


def _heartbeat_alert(
    ledger: Ledger, heartbeat: Heartbeat, beats: Sequence[KeptAlert], started: datetime, now: datetime
) -> Alert | None:
    last = next((one.alert.received_at for one in beats if heartbeat.is_beat(one.alert)), None)
    open_since = _silent_since(ledger, heartbeat, now)
    if last is None and not heartbeat.required:
        return None
    due = (max(last, started) if last else started) + timedelta(minutes=heartbeat.max_silence_minutes)
    if now > due and open_since is None:
        return _silence_alert(heartbeat, AlertStatus.FIRING, due, None)
    if open_since is not None and last is not None and last > open_since:
        return _silence_alert(heartbeat, AlertStatus.RESOLVED, open_since, now)
    return None


def _silent_since(ledger: Ledger, heartbeat: Heartbeat, now: datetime) -> datetime | None:
    """Since when we have been saying that it is silent; None when we are not."""
    told = ledger.alerts.by_fingerprint(SOURCE, heartbeat.fingerprint, since=now - 30 * _LOOKBACK)
    return told[0].alert.starts_at if told and told[0].alert.status is AlertStatus.FIRING else None


def _silence_alert(heartbeat: Heartbeat, status: AlertStatus, since: datetime, until: datetime | None) -> Alert:
    origin = f" from {heartbeat.source}" if heartbeat.source else ""
    return Alert(
        source=SOURCE,
        fingerprint=heartbeat.fingerprint,
        status=status,
        title=f"Heartbeat {heartbeat.alertname}{origin} has stopped",
        description="The monitoring that should send it may be down, or cannot reach tocsin: other alerts may be missing, too.",
        severity=AlertSeverity.CRITICAL,
        starts_at=since,
        ends_at=until,
        labels={"alertname": "HeartbeatMissing", "heartbeat": heartbeat.alertname},
    )


def connector_alerts(ledger: Ledger, pulses: Pulses, settings: ConnectorWatch, now: datetime) -> list[Alert]:
    """A firing alert for each connector that fell silent, a resolved one for each that answers again. Reads only."""
    if not settings.alert:
        return []
    after = timedelta(minutes=settings.silent_after_minutes)
    found = (_connector_alert(ledger, name, pulse, pulses.due(name, after), now) for name, pulse in pulses)
    return [alert for alert in found if alert]


def _connector_alert(ledger: Ledger, name: str, pulse: Pulse, due: datetime, now: datetime) -> Alert | None:
    fingerprint = f"connector:{name}"
    told = ledger.alerts.by_fingerprint(SOURCE, fingerprint, since=now - 30 * _LOOKBACK)
    firing = told[0].alert if told and told[0].alert.status is AlertStatus.FIRING else None
    if firing is None and pulse.failure and now > due:
        return _connector_silence(name, AlertStatus.FIRING, pulse.failure, due, None)
    if firing is not None and not pulse.failure:
        return _connector_silence(name, AlertStatus.RESOLVED, "It answers again.", firing.starts_at or due, now)
    return None


def _connector_silence(name: str, status: AlertStatus, told: str, since: datetime, until: datetime | None) -> Alert:
    return Alert(
        source=SOURCE,
        fingerprint=f"connector:{name}",
        status=status,
        title=f"Connector {name} does not answer",
        description=told,
        severity=AlertSeverity.WARNING,
        starts_at=since,
        ends_at=until,
        labels={"alertname": "ConnectorSilent", "connector": name},
    )
