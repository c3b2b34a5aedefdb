"""The watch over the watchers: heartbeats that stop, connectors that fall silent. Section `watch`. It says what to alert about.

It does no I/O. Called by the service's rounds, which hand its alerts to intake like any other. Each silence is one
condition, so a long one opens one incident, and the return of the heartbeat resolves it.
"""

from collections.abc import Iterable, Sequence
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


class AlertmanagerPull(Value):
    """An Alertmanager whose silences are honoured here."""

    url: str = Field(pattern=r"^https?://")
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
    alertmanagers: tuple[AlertmanagerPull, ...] = ()
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

    def silent(self, now: datetime, after: timedelta) -> list[str]:
        """The connectors that failed and have not answered for that long."""
        return sorted(
            name
            for name, pulse in self.by_name.items()
            if pulse.failure and now - (pulse.last_success or self.started) > after
        )


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
    silent_from = max(last, started) if last else started
    overdue = now - silent_from > timedelta(minutes=heartbeat.max_silence_minutes)
    if overdue and open_since is None:
        return _silence_alert(heartbeat, AlertStatus.FIRING, last or started, None)
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
    silent = set(pulses.silent(now, timedelta(minutes=settings.silent_after_minutes)))
    found = (_connector_alert(ledger, name, name in silent, pulses, now) for name in sorted(pulses.by_name))
    return [alert for alert in found if alert]


def _connector_alert(ledger: Ledger, name: str, silent: bool, pulses: Pulses, now: datetime) -> Alert | None:
    fingerprint = f"connector:{name}"
    told = ledger.alerts.by_fingerprint(SOURCE, fingerprint, since=now - 30 * _LOOKBACK)
    firing = told[0].alert if told and told[0].alert.status is AlertStatus.FIRING else None
    pulse = pulses.by_name[name]
    over = firing is not None and not pulse.failure
    if silent == (firing is not None) or not (silent or over):
        return None
    since = firing.starts_at if firing else pulse.last_success or pulses.started
    return Alert(
        source=SOURCE,
        fingerprint=fingerprint,
        status=AlertStatus.FIRING if silent else AlertStatus.RESOLVED,
        title=f"Connector {name} has not answered",
        description=pulse.failure,
        severity=AlertSeverity.WARNING,
        starts_at=since,
        ends_at=None if silent else now,
        labels={"alertname": "ConnectorSilent", "connector": name},
    )
