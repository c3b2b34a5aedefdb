"""The specialists: one per incident type, without tools and without a model. They turn findings into ranked hypotheses.

Called by `stages/diagnose`, which makes probabilities of their weights (`certainty`). Each knows the causes of its own type
best and names another's when the evidence shows it. They read findings only, never the world, and conclude nothing that no
finding supports: an unknown cause stays "".
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tocsin.model.diagnosis import Diagnosis, Hypothesis
from tocsin.model.evidence import Finding, FindingKind
from tocsin.model.ground import IncidentType
from tocsin.roles.analysts.causes import Cause, load_causes
from tocsin.roles.analysts.causes.asking import asked
from tocsin.roles.analysts.causes.case import Case
from tocsin.roles.analysts.causes.signs import SUSPECT, SignKind, suspicion
from tocsin.roles.analysts.causes.weighing import Weighed, weigh_all
from tocsin.roles.contract import Brief, Report

FLOOR = 0.25
"""Below this a guess is not called a cause."""
SHOWN = 5
"""Hypotheses kept, the surest first."""
NOWHERE = "the affected service"
FIRST_QUESTIONS = {
    IncidentType.DATABASE: "Which sessions, locks and statements does the database of {service} show right now?",
    IncidentType.NETWORK: "From where does {service} answer and from where not, and which hop answers last?",
    IncidentType.APPLICATION: "What do the failing requests of {service} have in common, and what did it log first?",
    IncidentType.SECURITY: "Which identity and which address did what on {service}, and when did it begin?",
    IncidentType.INFRASTRUCTURE: "Which host, volume or node does {service} share with others that also misbehave?",
}
NOT_SEEN = {
    "metrics": "metrics of {service} around the onset",
    "logs": "logs of {service} around the onset",
    "changes": "what was changed in the 24 hours before the onset",
    "topology": "which services {service} needs and which need it",
}


@dataclass(frozen=True)
class CatalogueSpecialist:
    """A specialist that reasons from the cause catalogue."""

    type: IncidentType
    causes: tuple[Cause, ...] = field(default_factory=load_causes)

    @property
    def role(self) -> str:
        """`database-specialist` and so on."""
        return f"{self.type}-specialist"

    def diagnose(self, brief: Brief, reports: tuple[Report, ...]) -> Diagnosis:
        """Ranked hypotheses from the reports; `partial` when a report says that something could not be looked at."""
        case = Case(brief, reports)
        weighed = weigh_all(self.causes, self.type, case)
        standing = [one for one in weighed if one.is_direct and not one.is_refuted][:SHOWN]
        top = standing[0] if standing else None
        known = top is not None and top.confidence >= FLOOR and _is_root(top, case)
        return Diagnosis(
            specialist=self.role,
            root_cause=_sentence(top, case) + "." if top and known else "",
            confidence=round(top.confidence, 2) if top and known else 0.0,
            hypotheses=tuple(_hypothesis(one, case) for one in standing),
            ruled_out=tuple(_ruled_out(one, case) for one in self._considered(weighed, standing) if one.is_refuted),
            missing=_missing(case),
            next_question=self._question(top or _first(weighed), standing[1] if len(standing) > 1 else None, case),
            partial=any(report.failure for report in reports),
        )

    def _considered(self, weighed: list[Weighed], standing: list[Weighed]) -> list[Weighed]:
        """What was thought of: whatever something speaks for, what looks like a standing cause, and always a change."""
        alike = {code for one in standing for code in one.cause.confounders}
        return [one for one in weighed if one.is_direct or one.cause.change_is_cause or one.cause.code in alike]

    def _question(self, best: Weighed | None, second: Weighed | None, case: Case) -> str:
        """The one question whose answer would help most, and where the answer is to be found."""
        written = best.cause.question if best and best.cause.question else FIRST_QUESTIONS[self.type]
        question = written.format(service=(best.service if best else case.service) or NOWHERE)
        return asked(best, second, case, question) if best else question


def specialists(causes: tuple[Cause, ...] | None = None) -> dict[IncidentType, CatalogueSpecialist]:
    """One specialist per type, on the shipped causes unless others are given."""
    known = load_causes() if causes is None else causes
    return {kind: CatalogueSpecialist(kind, known) for kind in IncidentType}


def _first(weighed: list[Weighed]) -> Weighed | None:
    return next((one for one in weighed if one.signs and not one.is_refuted), None)


def _is_root(one: Weighed, case: Case) -> bool:
    """A symptom is a root cause only where it points somewhere: at a dependency of the service that alerted."""
    shown = any(sign.kind == SignKind.CLUSTER and sign.direct for sign in one.signs)
    return shown or not one.cause.symptom or one.service.lower() != case.service.lower()


def _hypothesis(one: Weighed, case: Case) -> Hypothesis:
    return Hypothesis(
        cause=one.cause.code,
        text=_sentence(one, case) + ".",
        service=one.service,
        confidence=round(one.confidence, 2),
        supports=_ids(sign.finding for sign in sorted(one.signs, key=lambda sign: (not sign.direct, -sign.strength))),
        contradicts=_ids(sign.finding for sign in one.against),
        missing=one.cause.settles,
    )


def _ruled_out(one: Weighed, case: Case) -> Hypothesis:
    """The same, with the reason in its sentence."""
    by_id = {finding.id: finding for finding in case.findings}
    reasons = [one.reason] if one.reason else []
    reasons += [by_id[sign.finding].text.rstrip(".") for sign in one.against if sign.finding in by_id][:2]
    reason = "; ".join(reasons) or "the evidence speaks against it"
    held = _hypothesis(one, case)
    return held.model_copy(update={"text": f"{_base(one)}. Ruled out: {reason}.", "missing": ()})


def _base(one: Weighed) -> str:
    """The cause in words; a sentence begins with a capital, a service's own name stays as it is."""
    sentence = one.cause.sentence.format(service=one.service or NOWHERE)
    return sentence if one.service and sentence.startswith(one.service) else sentence[:1].upper() + sentence[1:]


def _sentence(one: Weighed, case: Case) -> str:
    """The root cause, not its trigger: what is wrong, then what set it off, then who suffers by it."""
    parts = [_base(one)]
    change = _trigger(one, case)
    if change is not None and one.cause.after_change:
        parts.append(f": {one.cause.after_change.format(change=_named(change))}")
    parts += [f": {fault.text.rstrip('.')}" for fault in _broken(one, case)]
    if one.service.lower() != case.service.lower() and case.service:
        parts.append(f"; {case.service} depends on it and suffers")
    return "".join(parts)


def _broken(one: Weighed, case: Case) -> list[Finding]:
    """The surest fault of the cluster that shows this cause at this service: it says what exactly does not fit."""
    shown = {sign.finding for sign in one.signs if sign.kind == SignKind.CLUSTER and sign.direct}
    faults = [fault for fault in case.of(FindingKind.CLUSTER_FAULT) if fault.id in shown]
    return sorted(faults, key=lambda fault: -fault.confidence)[:1]


def _trigger(one: Weighed, case: Case) -> Finding | None:
    """The most suspect change among the signs, if it is suspect enough to be named."""
    changes = {sign.finding for sign in one.signs if sign.kind == SignKind.CHANGE}
    suspects = [
        finding for finding in case.of(FindingKind.CHANGE) if finding.id in changes and suspicion(finding) >= SUSPECT
    ]
    return max(suspects, key=suspicion, default=None)


def _named(change: Finding) -> str:
    """`deploy of v2.4.1 to payments 12 minutes before the onset`."""
    data = change.data
    version = f" of {data['version']}" if data.get("version") else ""
    where = f" to {change.service}" if change.service else ""
    minutes = max(0, round(float(data.get("minutes_before_onset") or 0)))
    kind = str(data.get("change_kind", "change")).replace("_", " ")
    return f"{kind if kind == 'deploy' else f'{kind} change'}{version}{where} {minutes} minutes before the onset"


def _missing(case: Case) -> tuple[str, ...]:
    """What could not be seen: the investigators' own words first, then what nobody looked at."""
    gaps = [report.failure for report in case.reports if report.failure]
    unseen = [words for name, words in NOT_SEEN.items() if name not in case.looked]
    return _ids([*gaps, *(words.format(service=case.service or NOWHERE) for words in unseen)])


def _ids(items: Iterable[str]) -> tuple[str, ...]:
    """Each once, in order."""
    return tuple(dict.fromkeys(items))
