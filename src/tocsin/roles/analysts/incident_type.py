"""The type of an incident: the trained model's opinion of each alert, and conventions above it. Called by the router.

The conventions: a confirmed intrusion, a threat that nobody has stopped, and any threat where the model is in doubt belong
to security whatever product was hit; an expiring certificate belongs to the network, although authors of alert rules file TLS
under security; a matter of looks belongs to the application; and where the model is in doubt, a trouble that the types are
defined by (a crash loop, a full connection pool) goes where it is defined.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from tocsin.analysis.classify import CLASSES, Classifier, Verdict
from tocsin.analysis.clauses import clauses
from tocsin.model.alert import Alert
from tocsin.model.evidence import Quote
from tocsin.model.ground import IncidentType
from tocsin.model.triage import FactKind
from tocsin.roles.analysts.causes import Cause, load_causes
from tocsin.roles.analysts.causes.case import HARM
from tocsin.roles.analysts.causes.concepts import Reading, phrase
from tocsin.roles.analysts.impact_facts import Facts, Read, quote_of

IN_DOUBT = 0.95
"""A type told with less than this gives way to security where the text speaks of a threat."""
UNCERTAIN = 0.75
"""A type told with less than this gives way to the home of the one trouble that the text names."""
HOMELESS = frozenset({
    "disk_full", "failed_backup", "third_party_outage", "quota_exhausted", "monitoring_gap", "resource_saturation",
    "unschedulable", "service_down", "latency", "control_plane",
})  # fmt: skip
"""Causes that may sit in several types: a full disk of a database,"
" a slow network. All others define the type they live in."""
OF_PROCESSES = frozenset({"oom_kill", "crash_loop"})
"""Troubles of a process, whatever orchestrator reports them."""
CONFIRMED = 0.99
QUOTES = 6
LOUDNESS = frozenset({"severity", "level", "priority", "author"})
"""Labels that say how loud, or who wrote the rule; they say nothing of the type."""

_EXPIRY = re.compile(
    r"\b(?:certificates?|certs?|ssl|tls)\b[^\n]{0,80}\b(?:expir\w{0,4}|laps\w{1,3}|runs? out|ran out|renew\w{0,3})|"
    r"\bexpir\w{0,4}\b[^\n]{0,40}\b(?:certificates?|certs?|ssl|tls)\b"
    r"|Cert\w{0,20}Expir\w{0,4}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Told:
    """The type, how sure, the share of each type, and the words that say so."""

    type: IncidentType
    confidence: float
    shares: dict[IncidentType, float]
    quotes: tuple[Quote, ...]


@lru_cache(maxsize=1)
def load_classifier() -> Classifier:
    """The type model that ships with the package, read once."""
    text = files("tocsin.roles.analysts").joinpath("triage_model.json").read_text()
    return Classifier.from_document(json.loads(text))


def tell_type(read: Read, facts: Facts, classifier: Classifier) -> Told:
    """The type that the alerts together speak for. Without alerts: application, with the confidence of a guess."""
    verdicts = [_verdict(alert, classifier) for alert, _ in read]
    if not verdicts:
        return Told(IncidentType.APPLICATION, 1 / len(CLASSES), {}, ())
    shares = {kind: round(sum(one.shares[kind] for one in verdicts) / len(verdicts), 4) for kind in CLASSES}
    best = max(CLASSES, key=shares.__getitem__)
    convention = _by_convention(best, shares, facts, read)
    return convention or Told(best, min(1.0, shares[best]), shares, _quotes(best, verdicts, read))


def _by_convention(best: IncidentType, shares: dict[IncidentType, float], facts: Facts, read: Read) -> Told | None:
    intrusion, threat = facts.first(FactKind.COMPROMISE, sure=True), facts.first(FactKind.THREAT)
    if intrusion and intrusion.quote:
        return Told(IncidentType.SECURITY, CONFIRMED, shares, (intrusion.quote,))
    doubtful = threat is not None and (threat.value == "active" or shares[best] < IN_DOUBT)
    if threat and threat.quote and best is not IncidentType.SECURITY and doubtful:
        return Told(IncidentType.SECURITY, max(0.5, shares[IncidentType.SECURITY]), shares, (threat.quote,))
    expiry = _expiry(read)
    if expiry and threat is None and (best is IncidentType.SECURITY or shares[best] < IN_DOUBT):
        return Told(
            IncidentType.NETWORK,
            min(1.0, shares[IncidentType.SECURITY] + shares[IncidentType.NETWORK]),
            shares,
            (expiry,),
        )
    look = facts.first(FactKind.COSMETIC)
    if look and look.quote and not any(fact.kind in HARM for fact in facts.all) and shares[best] < IN_DOUBT:
        return Told(IncidentType.APPLICATION, max(0.5, shares[IncidentType.APPLICATION]), shares, (look.quote,))
    return _defined(best, shares, read)


def _defined(best: IncidentType, shares: dict[IncidentType, float], read: Read) -> Told | None:
    """The home of what the alerts name, where the model is in doubt and everything they name lives in one home."""
    named = [(cause, kept) for _, kept in read for cause in _named(kept.content)]
    processes_end = best is IncidentType.INFRASTRUCTURE and any(cause.code in OF_PROCESSES for cause, _ in named)
    if shares[best] >= UNCERTAIN and not processes_end:
        return None
    homes = {cause.type for cause, _ in named}
    if len(homes) != 1 or best in homes:
        return None
    home, kept = named[0][0].type, named[0][1]
    quote = quote_of(next(clauses(kept.content)).text.strip(), kept)
    return Told(home, max(0.5, shares[home]), shares, (quote,) if quote else ())


def _named(text: str) -> list[Cause]:
    """The causes that the text names and whose home is no question."""
    reading = Reading(text)
    defining = (cause for cause in load_causes() if cause.code not in HOMELESS)
    return [cause for cause in defining if reading.first(phrase(one) for one in cause.says)]


def _expiry(read: Read) -> Quote | None:
    for _, kept in read:
        found = _EXPIRY.search(kept.content)
        if found:
            return Quote(evidence_id=kept.id, text=found[0])
    return None


def _quotes(best: IncidentType, verdicts: Sequence[Verdict], read: Read) -> tuple[Quote, ...]:
    """The words that spoke for the type, of those alerts that spoke for it."""
    found = (
        quote_of(words, kept)
        for verdict, (_, kept) in zip(verdicts, read, strict=True)
        if verdict.type is best
        for words in verdict.quotes
    )
    return tuple(dict.fromkeys(quote for quote in found if quote))[:QUOTES]


def _verdict(alert: Alert, classifier: Classifier) -> Verdict:
    labels = " ".join(f"{name}={value}" for name, value in sorted(alert.labels.items()) if name not in LOUDNESS)
    return classifier.classify(alert.title, alert.description, labels)
