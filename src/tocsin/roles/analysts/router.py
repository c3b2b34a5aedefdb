"""The router without a model: type from the alert's words, severity from the matrix over impact facts, and who hears of it.

Called by `stages.triage` through `contract.Router`. Holds no tool. What the monitoring system calls an alert, and what its
text says of itself, can raise a severity; only labels that a rule names, the catalogue and stated facts can lower one.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from importlib.resources import files

from tocsin.analysis.classify import CLASSES, Classifier, Verdict
from tocsin.analysis.impact import Sighting, extract
from tocsin.analysis.naming import Named, service_of
from tocsin.config import Config
from tocsin.model.alert import Alert, AlertSeverity, AlertStatus
from tocsin.model.catalogue import Catalogue, Service
from tocsin.model.evidence import Evidence, Quote, resolves
from tocsin.model.ground import IncidentType, Severity
from tocsin.model.triage import FactKind, ImpactFact, Task, Triage
from tocsin.roles.analysts.routing import Routing, catalogue_of
from tocsin.roles.analysts.severity import CloseRule, Judgement, SeveritySettings, judge

ENVIRONMENT_LABELS = ("environment", "env", "stage", "deployment_environment", "deployment.environment")
LOUDNESS = frozenset({"severity", "level", "priority", "author"})
"""Labels that say how loud, or who wrote the rule; they say nothing of the type."""


@lru_cache(maxsize=1)
def load_classifier() -> Classifier:
    """The type model that ships with the package, read once."""
    text = files("tocsin.roles.analysts").joinpath("triage_model.json").read_text()
    return Classifier.from_document(json.loads(text))


@dataclass(slots=True)
class _Facts:
    """The facts of all alerts, each distinct one once, and which of them are only suspected."""

    all: list[ImpactFact] = field(default_factory=list)
    suspected: set[ImpactFact] = field(default_factory=set)

    def add(self, fact: ImpactFact, *, sure: bool = True) -> None:
        if fact not in self.all:
            self.all.append(fact)
        if not sure:
            self.suspected.add(fact)

    def knows(self, kind: FactKind, value: object = None) -> bool:
        return any(fact.kind is kind and (value is None or fact.value == value) for fact in self.all)


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
        read = list(zip(alerts, evidence, strict=True))
        named = next(filter(None, (service_of(alert, kept.content, self.catalogue) for alert, kept in read)), None)
        service = self.catalogue.find(named.service) if named else None
        facts = self._facts(read, named, service)
        closing = self._closing_rule(alerts)
        verdict = self._judge(facts, closing)
        kind, confidence, quotes = self._type(read, facts)
        severity = verdict.severity
        closes = closing.rule if closing else self._resolved(severity, alerts)
        return Triage(
            type=kind,
            type_confidence=round(confidence, 4),
            type_quotes=quotes,
            severity=severity,
            rule=verdict.rule,
            unsure=verdict.unsure,
            facts=tuple(facts.all),
            specialist=self.routing.specialists[kind],
            notify=self.routing.notify[severity],
            auto_close=closes,
            task=self._task(severity, closes, alerts, service, now),
            service=named.service if named else "",
            decided_at=now,
        )

    def _judge(self, facts: _Facts, closing: CloseRule | None) -> Judgement:
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
        return "every alert has resolved" if over and severity is Severity.SEV4 and self.settings.close_resolved else ""

    def _task(
        self, severity: Severity, closes: str, alerts: Sequence[Alert], service: Service | None, now: datetime
    ) -> Task | None:
        if severity is not Severity.SEV4 or closes:
            return None
        owner = (service.owner if service else "") or self.routing.owner
        title = alerts[0].title if alerts else "the incident"
        return Task(text=f"Look at: {title}", owner=owner, due_at=self.routing.business_hours.due(now))

    # Facts -----------------------------------------------------------------------------------------------------------

    def _facts(self, read: Sequence[tuple[Alert, Evidence]], named: Named | None, service: Service | None) -> _Facts:
        facts = _Facts()
        names = [named.service, named.quote] if named else []
        if service:
            names += [service.name, *service.aliases]
        for alert, kept in read:
            labelled = self._labelled_environment(alert, kept)
            for sighting in extract(kept.content, tuple(dict.fromkeys(filter(None, names)))):
                self._take(facts, sighting, kept, labelled is not None)
            for fact in (labelled, _vendor_severity(alert, kept)):
                if fact:
                    facts.add(fact)
        for fact in _catalogued(service):
            facts.add(fact)
        self._assume(facts)
        return facts

    def _take(self, facts: _Facts, sighting: Sighting, kept: Evidence, labelled: bool) -> None:
        """A sighting becomes a fact; a labelled environment is believed before a worded one."""
        value = sighting.value
        if sighting.kind is FactKind.ENVIRONMENT:
            value = self.settings.environment(str(value))
            if labelled or not value:
                return
        quote = Quote(evidence_id=kept.id, text=sighting.quote)
        facts.add(
            ImpactFact(kind=sighting.kind, value=value, origin="alert", quote=quote),
            sure=sighting.exact or sighting.kind in _BOUNDS,
        )

    def _labelled_environment(self, alert: Alert, kept: Evidence) -> ImpactFact | None:
        for spelling in (alert.environment, *(alert.labels.get(name, "") for name in ENVIRONMENT_LABELS)):
            known = self.settings.environment(spelling)
            if known:
                return ImpactFact(kind=FactKind.ENVIRONMENT, value=known, origin="label", quote=_quote(spelling, kept))
        return None

    def _assume(self, facts: _Facts) -> None:
        """What is not known is assumed as the configuration says, openly."""
        for name, value in self.settings.assume.items():
            if not facts.knows(FactKind(name)):
                facts.add(ImpactFact(kind=FactKind(name), value=value, origin="default"))

    # Type ------------------------------------------------------------------------------------------------------------

    def _type(
        self, read: Sequence[tuple[Alert, Evidence]], facts: _Facts
    ) -> tuple[IncidentType, float, tuple[Quote, ...]]:
        """The type most alerts speak for; a confirmed intrusion is a matter of security whatever product it hit."""
        intrusion = next(
            (fact for fact in facts.all if fact.kind is FactKind.COMPROMISE and fact not in facts.suspected), None
        )
        if intrusion:
            return IncidentType.SECURITY, 0.99, (intrusion.quote,) if intrusion.quote else ()
        verdicts = [(self._verdict(alert), kept) for alert, kept in read]
        if not verdicts:
            return IncidentType.APPLICATION, 1 / len(CLASSES), ()
        shares = {kind: sum(verdict.shares[kind] for verdict, _ in verdicts) / len(verdicts) for kind in CLASSES}
        best = max(CLASSES, key=shares.__getitem__)
        expiry = _expiry(kept for _, kept in read)
        if best is IncidentType.SECURITY and expiry and not facts.knows(FactKind.THREAT):
            return IncidentType.NETWORK, min(1.0, shares[best] + shares[IncidentType.NETWORK]), (expiry,)
        quotes = (_quote(words, kept) for verdict, kept in verdicts if verdict.type is best for words in verdict.quotes)
        return best, min(1.0, shares[best]), tuple(dict.fromkeys(filter(None, quotes)))[:6]

    def _verdict(self, alert: Alert) -> Verdict:
        labels = " ".join(f"{name}={value}" for name, value in sorted(alert.labels.items()) if name not in LOUDNESS)
        return self.classifier.classify(alert.title, alert.description, labels)


_EXPIRY = re.compile(
    r"\b(?:certificates?|certs?|ssl|tls)\b[^\n]{0,80}\bexpir\w{0,4}|\bexpir\w{0,4}\b[^\n]{0,40}\b(?:certificates?|certs?|ssl|tls)\b"
    r"|Cert\w{0,20}Expir\w{0,4}",
    re.IGNORECASE,
)


def _expiry(kept: Iterable[Evidence]) -> Quote | None:
    """An expiring certificate is the network's to renew, although authors of rules file TLS under security."""
    for one in kept:
        found = _EXPIRY.search(one.content)
        if found:
            return Quote(evidence_id=one.id, text=found[0])
    return None


_BOUNDS = frozenset({FactKind.USERS_AFFECTED, FactKind.REQUESTS_FAILING})
"""For a share, "not exact" means at least that much, and at least that much is sure."""


def _quote(words: str, kept: Evidence) -> Quote | None:
    """The words as a quote, when they really stand in that evidence (redaction may have taken them)."""
    quote = Quote(evidence_id=kept.id, text=words)
    return quote if resolves(quote, kept) else None


def _vendor_severity(alert: Alert, kept: Evidence) -> ImpactFact | None:
    if alert.severity is AlertSeverity.UNKNOWN:
        return None
    quote = _quote(alert.vendor_severity, kept)
    return ImpactFact(kind=FactKind.VENDOR_SEVERITY, value=str(alert.severity), origin="label", quote=quote)


def _catalogued(service: Service | None) -> Iterable[ImpactFact]:
    """What people wrote of the service."""
    if service is None:
        return
    yield ImpactFact(kind=FactKind.TIER, value=service.tier, origin="catalogue")
    yield ImpactFact(kind=FactKind.REVENUE, value=service.revenue, origin="catalogue")
    if service.workaround:
        yield ImpactFact(kind=FactKind.WORKAROUND, value=True, origin="catalogue")
