"""Which open incident does an alert belong to: the configured correlation rules, in their order, with the reason in words. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from tocsin.analysis.storm import known_apart, shares_cause
from tocsin.analysis.topology import Edge, Graph
from tocsin.model.alert import Alert
from tocsin.model.catalogue import Catalogue
from tocsin.model.incident import Incident
from tocsin.stages.intake.rules import CommonCause, CorrelationRule, Neighbour, SameLabels, SameService

Opener = Callable[[str], Mapping[str, str]]
"""The labels of the alert that opened the incident of that id."""


@dataclass(frozen=True, slots=True)
class Relation:
    """The incident an alert belongs to, and the rule that says so."""

    incident: Incident
    reason: str
    cause: str = ""
    """The service that may be the cause of both, where that is why."""
    within_minutes: float = 0.0


def relation(
    alert: Alert,
    incidents: Iterable[Incident],
    opener: Opener,
    rules: Iterable[CorrelationRule],
    catalogue: Catalogue,
    now: datetime,
) -> Relation | None:
    """The first rule that finds an incident wins; among its incidents, the first given. Only open ones may be given."""
    candidates, graph = [one for one in incidents if same_environment(alert, one)], graph_of(catalogue.calls)
    for rule in rules:
        for incident in candidates:
            if not _active(incident, rule, now):
                continue
            if isinstance(rule, SameLabels) and _apart(alert, incident, catalogue, graph):
                continue
            cause = _common_cause(alert, incident, catalogue, graph) if isinstance(rule, CommonCause) else ""
            if reason := _reason(rule, alert, incident, opener, catalogue, cause):
                return Relation(
                    incident, f"{reason}, within {rule.within_minutes:g} minutes", cause, rule.within_minutes
                )
    return None


def _active(incident: Incident, rule: CorrelationRule, now: datetime) -> bool:
    return incident.updated_at is not None and now - incident.updated_at <= timedelta(minutes=rule.within_minutes)


def same_environment(alert: Alert, incident: Incident) -> bool:
    """Two environments that are both known and differ have nothing to do with each other."""
    one, other = alert.environment.casefold(), incident.environment.casefold()
    return not one or not other or one == other


def _reason(
    rule: CorrelationRule, alert: Alert, incident: Incident, opener: Opener, catalogue: Catalogue, cause: str
) -> str:
    match rule:
        case SameService():
            return _same_service(alert, incident, catalogue)
        case Neighbour():
            return _neighbour(alert, incident, catalogue)
        case CommonCause():
            return _by_common_cause(cause, alert, incident, catalogue)
        case SameLabels():
            return _same_labels(rule, alert, incident, opener)


def _same_service(alert: Alert, incident: Incident, catalogue: Catalogue) -> str:
    mine = canonical(alert.service, catalogue)
    if mine and mine in {canonical(name, catalogue) for name in incident.services}:
        return f"same service {alert.service}"
    return ""


def _neighbour(alert: Alert, incident: Incident, catalogue: Catalogue) -> str:
    around = {canonical(name, catalogue) for name in catalogue.neighbours(alert.service)} if alert.service else set()
    for name in incident.services:
        if canonical(name, catalogue) in around:
            return f"{alert.service} is a neighbour of {name} in the service catalogue"
    return ""


def _by_common_cause(cause: str, alert: Alert, incident: Incident, catalogue: Catalogue) -> str:
    """A storm is one incident: what rings because of one service belongs together, in whatever order it comes."""
    if not cause:
        return ""
    number = len(incident.services)
    others = f"{number} services of the incident" if number > 1 else incident.services[0]
    mine = cause != canonical(alert.service, catalogue)
    suffering = " and ".join(
        [alert.service, others] if mine and others.lower() != cause else [alert.service if mine else others]
    )
    return f"{cause} may be the cause of the trouble of {suffering}"


def _common_cause(alert: Alert, incident: Incident, catalogue: Catalogue, graph: Graph) -> str:
    """The service that may be the cause of both by the catalogue's calls, or ""."""
    if not alert.service:
        return ""
    others = tuple(dict.fromkeys(canonical(name, catalogue) for name in incident.services))
    return shares_cause(canonical(alert.service, catalogue), others, graph)


def _apart(alert: Alert, incident: Incident, catalogue: Catalogue, graph: Graph) -> bool:
    """Two storms at once may ring under one alert name: where the calls are known, they decide and not the labels."""
    others = [canonical(name, catalogue) for name in incident.services]
    return known_apart(canonical(alert.service, catalogue), others, graph)


@lru_cache(maxsize=4)
def graph_of(calls: tuple[Edge, ...]) -> Graph:
    """The catalogue's call graph, built once."""
    return Graph(calls)


def _same_labels(rule: SameLabels, alert: Alert, incident: Incident, opener: Opener) -> str:
    values = [alert.labels.get(name, "") for name in rule.labels]
    if not all(values):
        return ""  # before anything is looked up: it is asked of every open incident
    first = opener(incident.id)
    if values != [first.get(name, "") for name in rule.labels]:
        return ""
    return "same " + ", ".join(f"{name}={value:.80}" for name, value in zip(rule.labels, values, strict=True))


def canonical(service: str, catalogue: Catalogue) -> str:
    """The catalogue's name of a service, or the given one, without regard to case."""
    known = catalogue.find(service) if service else None
    return known.name.casefold() if known else service.casefold()
