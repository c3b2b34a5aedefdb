"""Signs: which findings speak for or against a cause, of what kind and how loudly. Called by weighing; pure.

Every sign keeps the id of the finding it came from, so that whatever is concluded can be traced back to quoted evidence.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from tocsin.model.alert import Alert
from tocsin.model.evidence import Finding, FindingKind
from tocsin.roles.analysts.causes import Cause, MetricSign
from tocsin.roles.analysts.causes.case import Case
from tocsin.roles.analysts.causes.concepts import Phrase, phrase, reading

LATE = 600
"""Seconds after the alert's onset from which a beginning looks like an effect, not a cause."""
EARLY = 3600
"""Seconds before the onset within which a beginning still belongs to this incident."""
OUT_OF_TIME = 0.6
"""What is left of a sign whose beginning does not fit the onset."""
HARMLESS = 0.5
"""What is left of a metric's movement in its good direction."""
ALMOST_NOW = -1.0
"""Minutes: clocks differ, so a change this little after the onset may still be before it."""
CLOSENESS = ((15.0, 1.0), (60.0, 0.8), (240.0, 0.5), (1440.0, 0.25))
"""A change at most so many minutes before the onset is so suspect."""
RELATION = {"itself": 1.0, "dependency": 0.9, "caller": 0.6, "unknown": 0.5}
SUSPECT = 0.5
"""From this strength a change may have set the incident off."""


class SignKind(StrEnum):
    """Independent kinds of evidence: two kinds that agree weigh more than one kind twice."""

    ALERT = "alert"
    METRIC = "metric"
    LOG = "log"
    CHANGE = "change"
    CLUSTER = "cluster"
    TOPOLOGY = "topology"


@dataclass(frozen=True, slots=True)
class Sign:
    """One finding's word on one cause. `direct`: it shows the cause itself; otherwise it merely fits."""

    finding: str
    kind: SignKind
    service: str
    strength: float
    direct: bool


def signs_for(cause: Cause, symptoms: tuple[Cause, ...], case: Case) -> list[Sign]:
    """What speaks for the cause. `symptoms` are the causes it explains: seeing one of them fits it."""
    return [
        *_alert_signs(cause, symptoms, case),
        *_metric_signs(cause, symptoms, case),
        *_log_signs(cause, symptoms, case),
        *_change_signs(cause, case),
        *_cluster_signs(cause, symptoms, case),
    ]


def signs_against(cause: Cause, case: Case) -> list[Sign]:
    """What speaks against the cause: a metric that moves the wrong way, or a text that denies it."""
    found = [
        Sign(one.id, SignKind.METRIC, one.service, one.confidence, direct=True)
        for one in case.of(FindingKind.METRIC_ANOMALY)
        if any(moves(one, sign) for sign in cause.refutes)
    ]
    denials = _phrases(cause.denies)
    for alert in case.brief.alerts:
        said = _said(case, alert, denials)
        found.extend(Sign(one, SignKind.ALERT, case.service, 0.9, direct=True) for one in said)
    return found


def moves(finding: Finding, sign: MetricSign) -> bool:
    """Is this metric anomaly the movement that the sign describes."""
    data = finding.data
    wanted = (
        (sign.signal, data.get("signal")),
        (sign.resource, data.get("resource")),
        (sign.goes, data.get("direction")),
    )
    if any(want and want != seen for want, seen in wanted):
        return False
    if (sign.at_limit and not data.get("at_limit")) or (sign.bad and not data.get("bad")):
        return False
    words = sign.phrase
    return words is None or reading(str(data.get("metric", ""))).says(words)


def timely(finding: Finding, case: Case) -> float:
    """1 when the finding began around the onset, less when it began long before or clearly after."""
    if finding.onset is None:
        return 1.0
    seconds = (finding.onset - case.brief.onset).total_seconds()
    return 1.0 if -EARLY <= seconds <= LATE else OUT_OF_TIME


def suspicion(change: Finding) -> float:
    """How suspect a change is: close before the onset, on the service or what it needs; 0 after the onset."""
    minutes = change.data.get("minutes_before_onset")
    if not isinstance(minutes, int | float) or minutes < ALMOST_NOW:
        return 0.0
    near = next((share for most, share in CLOSENESS if minutes <= most), 0.0)
    return near * RELATION.get(str(change.data.get("relation", "unknown")), 0.0)


# One kind of evidence each ---------------------------------------------------------------------------------------------


def _alert_signs(cause: Cause, symptoms: tuple[Cause, ...], case: Case) -> Iterator[Sign]:
    """The alert names the condition (louder in its title), or something the condition brings about."""
    if case.harmless:
        return
    named = _phrases(cause.says)
    fitting = [*_phrases(cause.hints), *(one for symptom in symptoms for one in _phrases(symptom.says))]
    for alert in case.brief.alerts:
        loud = 1.0 if case.reading(alert.title).first(named) else 0.9
        for phrases, direct in ((named, True), (fitting, False)):
            for finding in _said(case, alert, phrases):
                yield Sign(finding, SignKind.ALERT, _spoken_of(alert, case), loud, direct)
    for fact in case.of(FindingKind.ALERT_FACT):
        code = f"{fact.data.get('scheme', '')} {fact.data.get('value', '')}"
        if _names_code(cause, [code]) or any(_usage_moves(fact, sign) for sign in cause.shows):
            yield Sign(fact.id, SignKind.ALERT, case.service, 0.9, direct=True)


def _spoken_of(alert: Alert, case: Case) -> str:
    """The service that alerted; the alert's own where that is the suspected first cause of a storm."""
    suspected = {finding.service.lower() for finding in case.of(FindingKind.SUSPECT)}
    return alert.service if alert.service.lower() in suspected else case.service


def _metric_signs(cause: Cause, symptoms: tuple[Cause, ...], case: Case) -> Iterator[Sign]:
    fitting = (*cause.fits, *(sign for symptom in symptoms for sign in symptom.shows))
    for finding in case.of(FindingKind.METRIC_ANOMALY):
        shown = max((sign.weight for sign in cause.shows if moves(finding, sign)), default=0.0)
        fits = max((sign.weight for sign in fitting if moves(finding, sign)), default=0.0)
        harm = HARMLESS if finding.data.get("bad") is False else 1.0
        strength = finding.confidence * harm  # the analyst has already counted its closeness to the alert
        if shown or fits:
            yield Sign(finding.id, SignKind.METRIC, finding.service, strength * (shown or fits), direct=bool(shown))


def _log_signs(cause: Cause, symptoms: tuple[Cause, ...], case: Case) -> Iterator[Sign]:
    """Described symptoms only: a line that asks the reader to do something was left out of the case."""
    named = _phrases(cause.says)
    fitting = [*_phrases(cause.hints), *(one for symptom in symptoms for one in _phrases(symptom.says))]
    for finding, read in case.log_lines():
        direct = _names_code(cause, _codes(finding)) or bool(read.first(named))
        if direct or read.first(fitting) or (cause.change_is_cause and finding.kind == FindingKind.LOG_NEW):
            yield Sign(finding.id, SignKind.LOG, finding.service, finding.confidence * timely(finding, case), direct)


def _change_signs(cause: Cause, case: Case) -> Iterator[Sign]:
    for finding in case.of(FindingKind.CHANGE):
        strength = suspicion(finding) if finding.data.get("change_kind") in cause.changes else 0.0
        if strength > 0:
            direct = cause.change_is_cause and strength >= SUSPECT
            yield Sign(finding.id, SignKind.CHANGE, finding.service, strength, direct)


def _cluster_signs(cause: Cause, symptoms: tuple[Cause, ...], case: Case) -> Iterator[Sign]:
    """A broken relation of the cluster is a cause itself, or brings its symptoms about."""
    fitting = [pattern for symptom in symptoms for pattern in symptom.cluster]
    for finding in case.of(FindingKind.CLUSTER_FAULT):
        code = str(finding.data.get("root_cause", ""))
        direct = any(fnmatchcase(code, pattern) for pattern in cause.cluster)
        if direct or any(fnmatchcase(code, pattern) for pattern in fitting):
            yield Sign(finding.id, SignKind.CLUSTER, finding.service, finding.confidence, direct)


def _said(case: Case, alert: Alert, phrases: list[Phrase]) -> list[str]:
    """Ids of the alert's findings that say one of the phrases; the alert itself when only its whole text does."""
    whole = case.reading(f"{alert.title}\n{alert.description}")
    found = whole.first(phrases)
    if found is None:
        return []
    facts = case.facts_of(alert)
    saying = [fact.id for fact in facts if case.reading(_quoted(fact)).says(found)]
    return saying[:3] or [fact.id for fact in facts][:1] or [case.evidence_id(alert)]


def _usage_moves(fact: Finding, sign: MetricSign) -> bool:
    """A usage close to its limit, as the alert states it, is the movement into the limit."""
    share = fact.data.get("share")
    if fact.data.get("fact") != "usage" or not isinstance(share, int | float) or share < 0.9:
        return False
    return bool(sign.resource) and sign.goes != "fall" and not sign.words and sign.resource == fact.data.get("resource")


def _names_code(cause: Cause, written: Iterable[str]) -> bool:
    known = {code.lower() for code in cause.codes}
    return any(code.lower() in known for code in written)


def _codes(finding: Finding) -> list[str]:
    """The error codes a log finding carries, as `SCHEME CODE`."""
    own = f"{finding.data.get('scheme', '')} {finding.data.get('code', '')}"
    listed = finding.data.get("codes")
    return [own, *(str(one) for one in listed)] if isinstance(listed, list) else [own]


def _phrases(written: tuple[str, ...]) -> list[Phrase]:
    return [phrase(one) for one in written]


def _quoted(finding: Finding) -> str:
    return "\n".join(quote.text for quote in finding.quotes)
