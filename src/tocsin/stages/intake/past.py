"""One condition's past: what was kept under the same source and fingerprint, and what it says about a new notification. Pure.

A condition is never told apart by its text: only source and fingerprint count, so an alert cannot speak for another's.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from tocsin.model.alert import Alert, AlertStatus
from tocsin.ports import AlertStore, KeptAlert

_RECENT = timedelta(hours=1)
_BUSY = 50
"""A condition with so many notifications in the last hour is known well enough from that hour."""


@dataclass(frozen=True, slots=True)
class Past:
    """Earlier notifications of one condition, newest first."""

    kept: tuple[KeptAlert, ...] = ()

    @property
    def latest(self) -> KeptAlert | None:
        """The newest of them."""
        return self.kept[0] if self.kept else None

    def replay_of(self, alert: Alert) -> KeptAlert | None:
        """The kept notification that this one repeats."""
        return next((one for one in self.kept if one.alert.occurrence == alert.occurrence), None)

    def firing(self) -> tuple[KeptAlert, ...]:
        """Those that said the condition is on."""
        return tuple(one for one in self.kept if one.alert.status is AlertStatus.FIRING)

    def resolution_of(self, alert: Alert) -> KeptAlert | None:
        """The notification which says that this firing alert is over already."""
        over = (one for one in self.kept if one.alert.status is AlertStatus.RESOLVED)
        return next((one for one in over if covers(one.alert, alert) and not _news_since(alert, one.alert)), None)

    def status_changes(self, since: datetime, newest: Alert | None = None) -> int:
        """How often the condition went on or off since then, `newest` included."""
        recent = [one.alert for one in self.kept if one.alert.received_at and one.alert.received_at >= since]
        statuses = [alert.status for alert in ([newest, *recent] if newest else recent)]
        return sum(1 for one, other in pairwise(statuses) if one is not other)

    def without(self, alert_id: str) -> "Past":
        """The same past as if that notification had not been kept."""
        return Past(tuple(one for one in self.kept if one.alert.id != alert_id))


def past_of(store: AlertStore, alert: Alert, now: datetime, memory: timedelta) -> Past:
    """What is known of the alert's condition. Two queries at most, the second only for conditions that are quiet enough."""
    recent = store.by_fingerprint(alert.source, alert.fingerprint, since=now - min(_RECENT, memory))
    if len(recent) >= _BUSY:
        return Past(tuple(recent))
    return Past(tuple(store.by_fingerprint(alert.source, alert.fingerprint, since=now - memory)))


def covers(resolved: Alert, firing: Alert) -> bool:
    """True when `resolved` is the end of `firing`, in whatever order the two arrived.

    The end is what the vendor calls it, but never later than when we heard: a forged end cannot quiet the future.
    Some vendors send the time of recovery as the start of the resolved alert, so a start may stand for the end.
    """
    if firing.starts_at is None:
        return _arrived(firing) <= _arrived(resolved)
    said = resolved.ends_at or resolved.starts_at
    heard = _arrived(resolved)
    return firing.starts_at <= (min(said, heard) if said else heard)


def _news_since(firing: Alert, resolved: Alert) -> bool:
    """True when the firing alert is dated by its arrival only, and arrived after the resolution: then it fires anew."""
    return firing.starts_at in (None, firing.received_at) and _arrived(resolved) <= _arrived(firing)


def _arrived(alert: Alert) -> datetime:
    if alert.received_at is None:
        raise ValueError("intake stamps every alert with its arrival before it looks at the past")
    return alert.received_at
