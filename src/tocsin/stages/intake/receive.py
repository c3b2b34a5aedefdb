"""Alerts in: every alert is kept with a decision, and a replay changes nothing. Runs inside one write transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tocsin.model.alert import Alert, AlertStatus
from tocsin.model.catalogue import Catalogue
from tocsin.ports import Ledger, Names
from tocsin.stages.intake.desk import Decision, Desk, Outcome
from tocsin.stages.intake.judge import judge
from tocsin.stages.intake.matching import matches_any
from tocsin.stages.intake.past import Past, past_of
from tocsin.stages.intake.rules import IntakeRules


def receive(
    ledger: Ledger, alerts: Sequence[Alert], rules: IntakeRules, catalogue: Catalogue, now: datetime, names: Names
) -> Outcome:
    """Decides about each alert in order and writes what follows. One decision per alert, whatever it says."""
    desk = Desk(ledger, rules, catalogue, now, names)
    return desk.finish([_take(desk, alert) for alert in alerts])


def _take(desk: Desk, alert: Alert) -> Decision:
    arrived = _stamped(desk, alert)
    past = past_of(desk.ledger.alerts, arrived, desk.now, desk.rules.memory)
    arrived = _dated(desk, arrived, past)
    earlier = past.replay_of(arrived)
    if earlier is not None:
        return Decision(earlier.alert, earlier.disposition, earlier.reason, earlier.incident_id, replayed=True)
    return desk.record(arrived, judge(desk, arrived, past))


def _stamped(desk: Desk, alert: Alert) -> Alert:
    """The alert with an id of ours and the time at which it came."""
    received = min(alert.received_at or desk.now, desk.now)
    return alert.model_copy(update={"id": desk.names.new("ALR"), "received_at": received})


def _dated(desk: Desk, alert: Alert, past: Past) -> Alert:
    """Gives a start to an alert whose vendor sent none, where it matters for telling a replay from news.

    Without a vendor's start every notification of a condition and status has the same occurrence. It is news when the
    condition was in the other state since, or when the last one is long past. A heartbeat is news once a minute.
    """
    if matches_any(alert, desk.rules.watched.heartbeats):
        minute = (alert.received_at or desk.now).replace(second=0, microsecond=0)
        return alert.model_copy(update={"starts_at": minute})
    if alert.starts_at is not None or past.latest is None:
        return alert
    if not _is_news(desk, alert, past):
        return alert.model_copy(update={"starts_at": past.latest.alert.starts_at})
    ends = alert.received_at if alert.status is AlertStatus.RESOLVED and alert.ends_at is None else alert.ends_at
    return alert.model_copy(update={"starts_at": alert.received_at, "ends_at": ends})


def _is_news(desk: Desk, alert: Alert, past: Past) -> bool:
    latest = past.kept[0].alert
    if latest.status is not alert.status:
        return True
    age = (alert.received_at or desk.now) - (latest.received_at or desk.now)
    return age >= timedelta(minutes=desk.rules.timeless_repeat_minutes)
