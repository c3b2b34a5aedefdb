"""The impact facts of an incident: what its alerts state, what labels and the catalogue say, and what is assumed. Pure.

Called by the router. Each fact keeps who said it (alert, label, catalogue, default) and, where it has one, its quote.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tocsin.analysis.impact import Sighting, extract, puzzling
from tocsin.analysis.naming import Named
from tocsin.model.alert import Alert, AlertSeverity, AlertStatus
from tocsin.model.catalogue import Service
from tocsin.model.evidence import Evidence, Quote, resolves
from tocsin.model.triage import FactKind, ImpactFact
from tocsin.roles.analysts.causes.case import HARM
from tocsin.roles.analysts.severity import SeveritySettings

ENVIRONMENT_LABELS = ("environment", "env", "stage", "deployment_environment", "deployment.environment")
_BOUNDS = frozenset({FactKind.USERS_AFFECTED, FactKind.REQUESTS_FAILING})
"""For a share, "not exact" means at least that much, and at least that much is sure."""
_QUIET = frozenset({AlertSeverity.INFO, AlertSeverity.LOW})
"""What a monitoring system calls an alert in which nothing unspoken is to be supposed."""

Read = Sequence[tuple[Alert, Evidence]]
"""Alerts, each with its text as evidence."""


@dataclass(slots=True)
class Facts:
    """The facts, each distinct one once, and which of them the text only suggests."""

    all: list[ImpactFact] = field(default_factory=list)
    suspected: set[ImpactFact] = field(default_factory=set)

    def add(self, fact: ImpactFact, *, sure: bool = True) -> None:
        """Keeps the fact; one that is sure anywhere is no longer a suspicion."""
        if fact not in self.all:
            self.all.append(fact)
            self.suspected |= set() if sure else {fact}
        elif sure:
            self.suspected.discard(fact)

    def first(self, kind: FactKind, *, sure: bool = False) -> ImpactFact | None:
        """The first fact of that kind; with `sure`, one that is no suspicion."""
        return next((fact for fact in self.all if fact.kind is kind and not (sure and fact in self.suspected)), None)


def facts_of(read: Read, named: Named | None, service: Service | None, settings: SeveritySettings) -> Facts:
    """All facts of the alerts, worst and best alike: the matrix looks at every one of them."""
    facts = Facts()
    names = _names(named, service)
    for alert, kept in read:
        labelled = _labelled_environment(alert, kept, settings)
        sightings = extract(kept.content, names)
        for sighting in (*sightings, *_unspoken(alert, kept, sightings)):
            _take(facts, sighting, kept, settings, labelled=labelled is not None)
        for fact in (labelled, _vendor_severity(alert, kept)):
            if fact:
                facts.add(fact)
    for fact in _catalogued(service):
        facts.add(fact)
    for name, value in settings.assume.items():
        if facts.first(FactKind(name)) is None:
            facts.add(ImpactFact(kind=FactKind(name), value=value, origin="default"))
    return facts


def _unspoken(alert: Alert, kept: Evidence, sightings: Sequence[Sighting]) -> Iterator[Sighting]:
    """An alert that fires is about some harm, though it names none: the higher of two levels, unless it is a quiet one."""
    spoken = any(seen.kind in HARM for seen in sightings)
    if spoken or alert.severity in _QUIET or alert.status is AlertStatus.RESOLVED:
        return
    supposed = puzzling(kept.content)
    if supposed:
        yield supposed


def quote_of(words: str, kept: Evidence) -> Quote | None:
    """The words as a quote, when they really stand in that evidence (redaction may have taken them)."""
    quote = Quote(evidence_id=kept.id, text=words)
    return quote if resolves(quote, kept) else None


def _names(named: Named | None, service: Service | None) -> tuple[str, ...]:
    """Every name under which the text may speak of the service."""
    said = (named.service, named.quote) if named else ()
    known = (service.name, *service.aliases) if service else ()
    return tuple(dict.fromkeys(name for name in (*said, *known) if name))


def _take(facts: Facts, sighting: Sighting, kept: Evidence, settings: SeveritySettings, *, labelled: bool) -> None:
    """A sighting becomes a fact; a labelled environment is believed before a worded one."""
    value = sighting.value
    if sighting.kind is FactKind.ENVIRONMENT:
        value = settings.environment(str(value))
        if labelled or not value:
            return
    quote = Quote(evidence_id=kept.id, text=sighting.quote)
    fact = ImpactFact(kind=sighting.kind, value=value, origin="alert", quote=quote)
    facts.add(fact, sure=sighting.exact or sighting.kind in _BOUNDS)


def _labelled_environment(alert: Alert, kept: Evidence, settings: SeveritySettings) -> ImpactFact | None:
    for spelling in (alert.environment, *(alert.labels.get(name, "") for name in ENVIRONMENT_LABELS)):
        known = settings.environment(spelling)
        if known:
            return ImpactFact(kind=FactKind.ENVIRONMENT, value=known, origin="label", quote=quote_of(spelling, kept))
    return None


def _vendor_severity(alert: Alert, kept: Evidence) -> ImpactFact | None:
    if alert.severity is AlertSeverity.UNKNOWN:
        return None
    quote = quote_of(alert.vendor_severity, kept)
    return ImpactFact(kind=FactKind.VENDOR_SEVERITY, value=str(alert.severity), origin="label", quote=quote)


def _catalogued(service: Service | None) -> Iterator[ImpactFact]:
    """What people wrote of the service."""
    if service is None:
        return
    yield ImpactFact(kind=FactKind.TIER, value=service.tier, origin="catalogue")
    yield ImpactFact(kind=FactKind.REVENUE, value=service.revenue, origin="catalogue")
    if service.workaround:
        yield ImpactFact(kind=FactKind.WORKAROUND, value=True, origin="catalogue")
