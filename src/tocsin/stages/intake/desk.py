"""The desk of intake: what one transaction has in front of it, read once, and the only place here that writes to the ledger.

`judge` looks things up on it, `receive` and `rejudge` have it record what was decided. It lives for one transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from tocsin.model.alert import Alert
from tocsin.model.catalogue import Catalogue
from tocsin.model.change import Silence
from tocsin.model.event import AlertJoined, Body, Declared, Noted
from tocsin.model.incident import Incident
from tocsin.model.maintenance import Maintenance
from tocsin.ports import KeptAlert, Ledger, Names
from tocsin.stages.intake.quiet import maintained, quiet_reason
from tocsin.stages.intake.rules import Hold, IntakeRules

ACTOR = "intake"
_MANY = 500
_STILL = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Decision:
    """What intake decided about one alert. `replayed`: it was known already, and nothing changed."""

    alert: Alert
    disposition: str
    reason: str
    incident_id: str = ""
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one call of intake did: a decision for every alert, in order, and the incidents it declared."""

    decisions: tuple[Decision, ...]
    declared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """An event to be written; by the alert's source unless intake itself is the `actor`."""

    incident_id: str
    body: Body
    actor: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judgement not yet written: what the alert becomes, which events tell of it, which kept alerts it moves along."""

    disposition: str
    reason: str
    incident_id: str = ""
    entries: tuple[Entry, ...] = ()
    moved: tuple[KeptAlert, ...] = ()


class Desk:
    """One transaction's view of the ledger, with the rules of the house. Incidents are read once and folded on from there."""

    def __init__(self, ledger: Ledger, rules: IntakeRules, catalogue: Catalogue, now: datetime, names: Names) -> None:
        self.ledger = ledger
        self.rules = rules
        self.catalogue = catalogue
        self.now = now
        self.names = names
        self.declared: list[str] = []
        self._incidents: dict[str, Incident | None] = {}
        self._openers: dict[str, Mapping[str, str]] = {}

    @cached_property
    def silences(self) -> tuple[Silence, ...]:
        """The silences in force, whoever set them."""
        return tuple(one for one in self.ledger.silences.all() if one.starts_at <= self.now < one.ends_at)

    @cached_property
    def quiet_windows(self) -> tuple[Maintenance, ...]:
        """The maintenance windows that keep alerts quiet just now."""
        return tuple(one for one in self.ledger.maintenances.all() if one.keeps_quiet(self.now))

    def quiet_reason(self, alert: Alert) -> str:
        """Why the alert opens nothing now, in words; "" when it may."""
        return quiet_reason(alert, self.rules, self.silences, self.now) or maintained(
            alert, self.quiet_windows, self.catalogue
        )

    def incident(self, incident_id: str) -> Incident | None:
        """The incident as it stands, this transaction's events included."""
        if incident_id not in self._incidents:
            self._incidents[incident_id] = self.ledger.incidents.get(incident_id)
        return self._incidents[incident_id]

    def open_incidents(self) -> list[Incident]:
        """Those that may be joined, the most recently active first. What truly fires never disappears into a drill."""
        for found in self._stored_open:
            self._incidents.setdefault(found.id, found)
        known = [one for one in self._incidents.values() if one is not None and one.is_open and not one.drill]
        return sorted(known, key=lambda one: (one.updated_at or self.now, one.id), reverse=True)

    @cached_property
    def _stored_open(self) -> list[Incident]:
        since = self.now - self.rules.widest_window
        return self.ledger.incidents.recent(open_only=True, since=since, limit=_MANY)

    def opener(self, incident_id: str) -> Mapping[str, str]:
        """The labels of the alert that opened an incident; read once for all that are in front of us."""
        if incident_id not in self._openers:
            unread = [name for name in (incident_id, *self._incidents) if name not in self._openers]
            self._openers |= {**{name: {} for name in unread}, **self.ledger.alerts.opening_labels(unread)}
        return self._openers[incident_id]

    def waiting(self, hold: Hold) -> list[KeptAlert]:
        """Alerts held lately, oldest first."""
        since = self.now - timedelta(minutes=hold.within_minutes)
        return list(reversed(self.ledger.alerts.recent(since=since, disposition="held", limit=_MANY)))

    def record(self, alert: Alert, verdict: Verdict, *, known: bool = False) -> Decision:
        """Writes a verdict: the alert first, so that a replay raced by another process leaves no events behind."""
        if known:
            self.ledger.alerts.redecide(alert.id, verdict.disposition, verdict.reason, verdict.incident_id)
        elif not self.ledger.alerts.put(KeptAlert(alert, verdict.disposition, verdict.reason, verdict.incident_id)):
            return Decision(alert, "repeated", "this very notification was received before", replayed=True)
        for kept in verdict.moved:
            self.ledger.alerts.redecide(kept.alert.id, kept.disposition, kept.reason, kept.incident_id)
        for entry in verdict.entries:
            self._append(entry, alert)
        return Decision(alert, verdict.disposition, verdict.reason, verdict.incident_id)

    def _append(self, entry: Entry, alert: Alert) -> None:
        incident = self.incident(entry.incident_id)
        if isinstance(entry.body, AlertJoined) and incident and len(incident.alert_ids) >= self.rules.listed_joins:
            self._keep_alive(incident)
            return
        if isinstance(entry.body, Declared):
            self.declared.append(entry.incident_id)
        self._write(entry, entry.actor or f"source:{alert.source}")
        if isinstance(entry.body, AlertJoined) and incident and len(incident.alert_ids) == self.rules.listed_joins - 1:
            self._note(incident.id, "from here on further alerts are kept as alerts of this incident and not listed.")

    def _keep_alive(self, incident: Incident) -> None:
        """Says now and then that alerts keep joining: a storm must neither flood a timeline nor let it fall asleep."""
        if incident.updated_at is None or self.now - incident.updated_at >= _STILL:
            self._note(incident.id, "alerts keep joining; they are kept as alerts of this incident and not listed.")

    def _note(self, incident_id: str, text: str) -> None:
        self._write(Entry(incident_id, Noted(text=text)), ACTOR)

    def _write(self, entry: Entry, actor: str) -> None:
        event = self.ledger.timeline.append(entry.incident_id, entry.body, actor=actor, at=self.now)
        incident = self._incidents.get(entry.incident_id) or Incident(id=entry.incident_id)
        self._incidents[entry.incident_id] = incident.apply(event)

    def finish(self, decisions: Sequence[Decision]) -> Outcome:
        """What was done, for the caller. An incident that became part of another within this call was never declared."""
        merged = {name for name, one in self._incidents.items() if one is not None and one.merged_into}
        return Outcome(tuple(decisions), tuple(name for name in self.declared if name not in merged))
