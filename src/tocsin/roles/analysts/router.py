"""The router without a model: type from the alert's words, severity from the matrix over impact facts, and who hears of it.

Called by `stages.triage` through `contract.Router`. Holds no tool. What the monitoring system calls an alert, and what its
text says of itself, can raise a severity; only labels that a rule names, the catalogue and stated facts can lower one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tocsin.analysis.classify import Classifier
from tocsin.analysis.naming import service_of
from tocsin.config import Config
from tocsin.model.alert import Alert, AlertStatus
from tocsin.model.catalogue import Catalogue, Service
from tocsin.model.evidence import Evidence
from tocsin.model.ground import Severity
from tocsin.model.triage import FactKind, ImpactFact, Task, Triage
from tocsin.roles.analysts.impact_facts import Facts, facts_of
from tocsin.roles.analysts.incident_type import load_classifier, tell_type
from tocsin.roles.analysts.routing import Routing, catalogue_of
from tocsin.roles.analysts.severity import CloseRule, Judgement, SeveritySettings, judge

__all__ = ["BuiltInRouter", "load_classifier"]


@dataclass(frozen=True, slots=True)
class BuiltInRouter:
    """Decides by rules and a small trained model; the same alerts always get the same answer."""

    settings: SeveritySettings
    routing: Routing
    catalogue: Catalogue
    classifier: Classifier

    @classmethod
    def from_config(cls, config: Config) -> "BuiltInRouter":
        """Reads sections `severity`, `routing` and `catalogue`. Raises errors.ConfigError with the path of a mistake."""
        settings = config.section("severity", SeveritySettings)
        return cls(settings, config.section("routing", Routing), catalogue_of(config), load_classifier())

    def triage(self, alerts: tuple[Alert, ...], evidence: tuple[Evidence, ...], now: datetime) -> Triage:
        """Type, severity, their reasons and their consequences. `evidence[i]` holds the text of `alerts[i]`."""
        read = tuple(zip(alerts, evidence, strict=True))
        named = next(filter(None, (service_of(alert, kept.content, self.catalogue) for alert, kept in read)), None)
        service = self.catalogue.find(named.service) if named else None
        facts = facts_of(read, named, service, self.settings)
        closing = self._closing_rule(alerts)
        judged = self._judge(facts, closing)
        told = tell_type(read, facts, self.classifier)
        auto_close = closing.rule if closing else self._resolved(judged.severity, alerts)
        return Triage(
            type=told.type,
            type_confidence=told.confidence,
            type_scores=told.shares,
            type_quotes=told.quotes,
            severity=judged.severity,
            rule=judged.rule,
            unsure=judged.unsure,
            facts=tuple(facts.all),
            specialist=self.routing.specialists[told.type],
            notify=self.routing.notify[judged.severity],
            auto_close=auto_close,
            task=None if auto_close else self._task(judged.severity, alerts, service, now),
            service=named.service if named else "",
            decided_at=now,
        )

    def _judge(self, facts: Facts, closing: CloseRule | None) -> Judgement:
        """The matrix decides, unless a closing rule that people wrote says that this is nothing."""
        if closing:
            facts.add(ImpactFact(kind=FactKind(closing.fact), value=True, origin="label"))
            return Judgement(Severity.SEV4, f"closing rule: {closing.rule}", unsure=False)
        return judge(self.settings, facts.all, frozenset(facts.suspected))

    def _closing_rule(self, alerts: Sequence[Alert]) -> CloseRule | None:
        """The rule under which every alert may close; one alert that fits none keeps the incident open."""
        rules = [next((rule for rule in self.settings.close if rule.holds(alert.labels)), None) for alert in alerts]
        return rules[0] if rules and all(rules) else None

    def _resolved(self, severity: Severity, alerts: Sequence[Alert]) -> str:
        over = bool(alerts) and all(alert.status is AlertStatus.RESOLVED for alert in alerts)
        small = severity is Severity.SEV4 and self.settings.close_resolved
        return "every alert has resolved" if over and small else ""

    def _task(self, severity: Severity, alerts: Sequence[Alert], service: Service | None, now: datetime) -> Task | None:
        """What a SEV4 that stays open asks of its owner, and until when."""
        if severity is not Severity.SEV4:
            return None
        owner = (service.owner if service else "") or self.routing.owner
        title = alerts[0].title if alerts else "the incident"
        return Task(text=f"Look at: {title}", owner=owner, due_at=self.routing.business_hours.due(now))
