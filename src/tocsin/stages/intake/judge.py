"""The judgement of one alert: the rules of intake in the order in which they apply. Reads the desk, writes nothing.

An alert can end or quiet nothing but its own condition, told by source and fingerprint. It may link incidents into one
(`gather`); then all they hold goes on there.
"""

from dataclasses import replace
from datetime import timedelta

from tocsin.model.alert import Alert, AlertStatus
from tocsin.model.event import AlertJoined, AlertRepeated, AlertResolved, Declared
from tocsin.model.incident import Incident
from tocsin.ports import KeptAlert
from tocsin.stages.intake.desk import Desk, Entry, Verdict
from tocsin.stages.intake.gather import all_merged, parts
from tocsin.stages.intake.matching import matches, matches_any, words
from tocsin.stages.intake.past import Past, covers
from tocsin.stages.intake.relate import relation
from tocsin.stages.intake.rules import Hold

_TITLE = 300
"""Characters of a title that go into an event; the alert itself is kept whole."""
_LISTED = frozenset({"opened", "joined"})


def judge(desk: Desk, alert: Alert, past: Past) -> Verdict:
    """What becomes of an alert that is not a replay: the first rule that has something to say decides."""
    if alert.status is AlertStatus.RESOLVED:
        return _resolves(desk, alert, past)
    return (
        _over_already(alert, past)
        or _watched(desk, alert)
        or _quiet(desk, alert)
        or _flapping(desk, alert, past)
        or _known(desk, alert, past)
        or _related(desk, alert)
        or _held(desk, alert)
        or _opens(desk, alert)
    )


def _resolves(desk: Desk, alert: Alert, past: Past) -> Verdict:
    """Closes the firing twins. A held twin is no longer waited for; silenced and damped ones are settled by `rejudge`."""
    twins = [one for one in past.firing() if covers(alert, one.alert)]
    if not twins:
        return Verdict("resolved", "its firing twin is not known here")
    entries = tuple(entry for twin in twins for entry in _ending(desk, twin))
    moved = tuple(
        KeptAlert(one.alert, "resolved", "over before the incident was due to open")
        for one in twins
        if one.disposition == "held"
    )
    incident_id = next((one.incident_id for one in twins if one.incident_id), "")
    return Verdict("resolved", "the condition is over", incident_id, _counted(desk, entries), moved)


def _ending(desk: Desk, twin: KeptAlert) -> list[Entry]:
    incident = desk.incident(twin.incident_id) if twin.incident_id else None
    if incident is None or twin.alert.id not in _still_on(incident):
        return []
    body = AlertResolved(alert_id=twin.alert.id, title=twin.alert.title[:_TITLE], open_alerts=0)
    return [Entry(incident.id, body)]


def _counted(desk: Desk, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The same endings, each with the number of alerts that still fire after it."""
    left: dict[str, int] = {}
    counted: list[Entry] = []
    for entry in entries:
        incident = desk.incident(entry.incident_id)
        if incident is None or not isinstance(entry.body, AlertResolved):
            continue
        left[incident.id] = left.get(incident.id, _firing_count(desk, incident)) - 1
        counted.append(Entry(incident.id, entry.body.model_copy(update={"open_alerts": left[incident.id]})))
    return tuple(counted)


def _firing_count(desk: Desk, incident: Incident) -> int:
    """Alerts that still fire. Where not all were listed, one more is counted: never say "all over" without knowing."""
    unlisted = len(incident.alert_ids) >= desk.rules.listed_joins
    return len(_still_on(incident)) + unlisted


def _still_on(incident: Incident) -> frozenset[str]:
    return frozenset(incident.alert_ids) - frozenset(incident.resolved_alert_ids)


def _over_already(alert: Alert, past: Past) -> Verdict | None:
    earlier = past.resolution_of(alert)
    if earlier is None:
        return None
    return Verdict("resolved", "its resolution had arrived before it", earlier.incident_id)


def _watched(desk: Desk, alert: Alert) -> Verdict | None:
    if matches_any(alert, desk.rules.watched.heartbeats):
        return Verdict("watched", "a heartbeat: its absence would be the alarm")
    if alert.severity in desk.rules.watched.severities:
        return Verdict("watched", f"alerts of severity {alert.severity} open nothing")
    return None


def _quiet(desk: Desk, alert: Alert) -> Verdict | None:
    reason = desk.quiet_reason(alert)
    return Verdict("silenced", reason) if reason else None


def _flapping(desk: Desk, alert: Alert, past: Past) -> Verdict | None:
    """Damped alerts open nothing; an open incident of theirs hears of it once, not at every turn."""
    rule = desk.rules.flapping
    changes = past.status_changes(desk.now - timedelta(minutes=rule.within_minutes), newest=alert)
    if changes < rule.changes:
        return None
    reason = f"flapping: {changes} changes of status within {rule.within_minutes:g} minutes"
    twin, incident = _open_twin(desk, past)
    if twin is None or incident is None:
        return Verdict("damped", reason)
    told = any(one.disposition == "damped" for one in past.firing()[:1])
    body = AlertRepeated(alert_id=twin.alert.id, count=_count(past, incident), reason=reason)
    return Verdict("damped", reason, incident.id, () if told else (Entry(incident.id, body),))


def _known(desk: Desk, alert: Alert, past: Past) -> Verdict | None:
    """The condition has an open incident: a repetition while it is on, a new alert of that incident after it was over."""
    twin, incident = _open_twin(desk, past)
    if twin is None or incident is None:
        return None
    own = {one.alert.id for one in past.kept if one.incident_id == incident.id and one.disposition in _LISTED}
    if own & set(incident.alert_ids) and not own & _still_on(incident):
        return _joins(alert, incident, "the same condition fires again after it was over")
    count = _count(past, incident)
    reason = "the same condition fired again"
    body = AlertRepeated(alert_id=twin.alert.id, count=count, reason=reason)
    return Verdict("repeated", reason, incident.id, (Entry(incident.id, body),) if _notable(count) else ())


def _open_twin(desk: Desk, past: Past) -> tuple[KeptAlert | None, Incident | None]:
    """The newest firing notification of the condition that belongs to an incident, if that incident is open."""
    twin = next((one for one in past.firing() if one.incident_id), None)
    incident = desk.incident(twin.incident_id) if twin else None
    return (twin, incident) if incident is not None and incident.is_open else (None, None)


def _count(past: Past, incident: Incident) -> int:
    return 1 + sum(1 for one in past.firing() if one.incident_id == incident.id)


def _notable(count: int) -> bool:
    """Each of the first ten, then every doubling: a timeline is for reading."""
    return count <= 10 or count & (count - 1) == 0


def _related(desk: Desk, alert: Alert) -> Verdict | None:
    found = relation(alert, desk.open_incidents(), desk.opener, desk.rules.correlation, desk.catalogue, desk.now)
    if found is None:
        return None
    whole, others = parts(desk, alert, found)
    entries, moved = all_merged(desk, whole, others, found.reason)
    joins = _joins(alert, whole, found.reason)
    return replace(joins, entries=(*joins.entries, *entries), moved=moved)


def _joins(alert: Alert, incident: Incident, reason: str) -> Verdict:
    return Verdict("joined", reason, incident.id, (_joined(alert, incident.id, reason),))


def _joined(alert: Alert, incident_id: str, reason: str) -> Entry:
    body = AlertJoined(alert_id=alert.id, title=alert.title[:_TITLE], service=alert.service, reason=reason)
    return Entry(incident_id, body)


def _held(desk: Desk, alert: Alert) -> Verdict | None:
    """Waits for more alerts of the same matcher; the one that completes the number opens the incident for all of them."""
    hold = next((one for one in desk.rules.hold if matches(alert, one.matchers)), None)
    if hold is None:
        return None
    waiting = [one for one in desk.waiting(hold) if matches(one.alert, hold.matchers) and one.alert.id != alert.id]
    if len(waiting) + 1 < hold.count:
        return Verdict("held", f"{len(waiting) + 1} of {_wanted(hold)}")
    return _opens_for_all(desk, waiting, alert, f"{_wanted(hold)} came")


def _wanted(hold: Hold) -> str:
    return f"{hold.count} alerts with {words(hold.matchers)} within {hold.within_minutes:g} minutes"


def _opens_for_all(desk: Desk, waiting: list[KeptAlert], alert: Alert, reason: str) -> Verdict:
    incident_id = desk.names.new("INC")
    first, *others = [*(one.alert for one in waiting), alert]
    entries = (_declared(desk, first, incident_id, reason), *(_joined(one, incident_id, reason) for one in others))
    moved = [KeptAlert(one.alert, "joined", reason, incident_id) for one in waiting]
    moved[:1] = [KeptAlert(first, "opened", reason, incident_id)]
    return Verdict("joined", reason, incident_id, entries, tuple(moved))


def _opens(desk: Desk, alert: Alert) -> Verdict:
    reason = "no open incident is related to it"
    incident_id = desk.names.new("INC")
    return Verdict("opened", reason, incident_id, (_declared(desk, alert, incident_id, reason),))


def _declared(desk: Desk, alert: Alert, incident_id: str, reason: str) -> Entry:
    body = Declared(
        title=alert.title[:_TITLE],
        service=alert.service,
        environment=alert.environment,
        alert_id=alert.id,
        reason=reason,
        started_at=min(alert.onset or desk.now, desk.now),
    )
    return Entry(incident_id, body)
