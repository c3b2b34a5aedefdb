"""Certainty: how often a diagnosis that rests on so much is right, and whether that is enough to name a cause.

Called by `stages/diagnose` for every diagnosis, whoever made it. Specialists weigh causes against each other; only here does a
weight become a probability, by the shipped curves and this house's verdicts. Below the floor the cause is unknown. Reads
findings and their numbers, never a name.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

from tocsin.analysis import calibration
from tocsin.analysis.calibration import Calibration, Grounds, Lesson
from tocsin.analysis.storm import Candidate
from tocsin.model.diagnosis import Diagnosis, Hypothesis, bayes
from tocsin.model.evidence import Finding, FindingKind
from tocsin.model.incident import Incident
from tocsin.model.judged import CREDIT, judgements
from tocsin.roles.analysts.causes import load_causes
from tocsin.roles.contract import Report

CLUSTER, RANKING, STORM, CAUSES = "cluster", "ranking", "storm", "causes"
"""The judges: a cluster's broken relation; services ranked by measurements, by who alerted; the catalogue of causes."""
ORIGIN = "origin"
"""Not a cause of the catalogue: where it began is known, and what is wrong there is not."""
WHAT_IS_WRONG = "What do the logs, the resources and the last changes of {service} show since the trouble began?"
FLOOR = 0.4
"""Below this the cause is unknown, unless the house says otherwise."""
SURE = 0.75
"""From here on nothing more is asked."""
SIGNALS = frozenset({"alert-reader", "metric-analyst", "log-analyst", "change-analyst"})
"""Who looks at a signal of its own. Who calls whom, and what a cluster relates, are counted elsewhere."""
WITNESSES = 4
"""Independent witnesses of the ranking of services: calls, traces, steps, levels."""


@lru_cache(maxsize=1)
def shipped() -> Calibration:
    """The curves that came with this release."""
    return calibration.read(json.loads(files(__package__).joinpath("calibration.json").read_text(encoding="utf-8")))


@lru_cache(maxsize=1)
def symptoms() -> frozenset[str]:
    """Causes that say what is seen and not why."""
    return frozenset(cause.code for cause in load_causes() if cause.symptom)


@dataclass(frozen=True, slots=True)
class Certainty:
    """The curves as this house's verdicts move them, and from where on a cause is named."""

    calibration: Calibration = field(default_factory=shipped)
    floor: float = FLOOR

    def of(
        self, diagnosis: Diagnosis, reports: Iterable[Report], doubts: Mapping[str, float] | None = None
    ) -> Diagnosis:
        """The same diagnosis with probabilities for weights; below the floor the root cause is "" (unknown).

        `doubts`: the weight that is left of a cause whose fix was tried and did not help. The surest comes first.
        """
        findings = tuple(finding for report in reports for finding in report.findings)
        diagnosis = led(diagnosis, findings, self.calibration)
        if not diagnosis.hypotheses:
            return diagnosis
        by_release = probability(diagnosis, findings, self.calibration)
        sure = round(self.calibration.here(by_release, backers(diagnosis.hypotheses[0], findings)), 2)
        ranked = _ranked(diagnosis, sure, doubts or {}, digits=2)
        first = ranked[0]
        same = next(one for one in _ranked(diagnosis, by_release, doubts or {}, digits=4) if one.cause == first.cause)
        named = _name(first, diagnosis) if first.confidence >= self.floor else ""
        return diagnosis.model_copy(
            update={
                "root_cause": named,
                "confidence": first.confidence if named else 0.0,
                "by_release": same.confidence,
                "next_question": "" if named and first.confidence >= SURE else diagnosis.next_question,
                "hypotheses": ranked,
            }
        )


def _ranked(diagnosis: Diagnosis, sure: float, doubts: Mapping[str, float], *, digits: int) -> tuple[Hypothesis, ...]:
    """The hypotheses when the first one is so sure, as the doubts leave them; after a doubt the surest comes first."""
    some = diagnosis.hypotheses
    told = (sure, *calibration.others(sure, [one.confidence for one in some[1:]]))
    shares = bayes([(share, doubts.get(one.cause, 1.0)) for one, share in zip(some, told, strict=True)])
    moved = [
        one.model_copy(update={"confidence": round(share, digits)}) for one, share in zip(some, shares, strict=True)
    ]
    return tuple(sorted(moved, key=lambda one: -one.confidence) if doubts else moved)


def _name(first: Hypothesis, diagnosis: Diagnosis) -> str:
    """The root cause in words, "" where the specialist named none, or what now comes first is only a symptom."""
    if first.cause == diagnosis.hypotheses[0].cause:
        return diagnosis.root_cause
    return "" if first.cause in symptoms() else first.text


def led(diagnosis: Diagnosis, findings: Iterable[Finding], curves: Calibration) -> Diagnosis:
    """The same, with what is wrong at the service that a ranking names first where the ranking is the surer of two opinions.

    The catalogue knows causes by their signs; a ranking knows where it began, also where no sign is in the catalogue.
    """
    known = tuple(findings)
    lead = leading(known)
    if lead is None or (diagnosis.hypotheses and not _surer(lead, diagnosis, known, curves)):
        return diagnosis
    there = next((one for one in diagnosis.hypotheses if _at(one, lead)), None)
    first = _begun(lead, there)
    behind = tuple(one for one in diagnosis.hypotheses if one is not there)
    question = diagnosis.next_question if there else WHAT_IS_WRONG.format(service=lead.service)
    told = {"root_cause": first.text, "hypotheses": (first, *behind), "next_question": question}
    return diagnosis.model_copy(update=told)


def _surer(lead: Finding, diagnosis: Diagnosis, findings: tuple[Finding, ...], curves: Calibration) -> bool:
    """Whether the ranking contradicts the catalogue and is the likelier of the two to be right."""
    judge, grounds = grounds_of(diagnosis, findings)
    mine = curves.probability(judge_of(lead), ranking_grounds(lead))
    return judge == CAUSES and mine > curves.probability(judge, grounds)


def _begun(lead: Finding, there: Hypothesis | None) -> Hypothesis:
    """What is wrong at the service where it began: a cause as it is known, a symptom with where it began, or that alone."""
    why = lead.text.rstrip(".")
    if there is None:
        text = f"{why}. What is wrong there is not known yet."
        return Hypothesis(cause=ORIGIN, text=text, service=lead.service, confidence=0.0, supports=(lead.id,))
    text = f"{why}. {there.text}" if there.cause in symptoms() else there.text
    return there.model_copy(update={"text": text, "supports": tuple(dict.fromkeys((*there.supports, lead.id)))})


def _at(one: Hypothesis, lead: Finding) -> bool:
    return bool(one.service) and one.service.lower() == lead.service.lower()


def probability(diagnosis: Diagnosis, findings: Iterable[Finding], curves: Calibration) -> float:
    """That the first hypothesis is right, by the shipped curve of whoever ranked it first.

    The catalogue and a ranking of services are two opinions. Where they agree, the surer one counts; where they name two
    services, only one of the two can be right, and each is weighed by the other being wrong.
    """
    known = tuple(findings)
    judge, grounds = grounds_of(diagnosis, known)
    found, lead = curves.probability(judge, grounds), leading(known)
    if judge == CLUSTER or lead is None:
        return found
    if judge == CAUSES:
        return calibration.either(found, curves.probability(judge_of(lead), ranking_grounds(lead)))
    catalogue = _by_weight(diagnosis)
    by_causes = curves.probability(CAUSES, _cause_grounds(catalogue, known))
    agreed = _at(catalogue.hypotheses[0], lead)
    return max(found, by_causes) if agreed else calibration.either(found, by_causes)


def _by_weight(diagnosis: Diagnosis) -> Diagnosis:
    """As the catalogue alone has it."""
    heaviest = sorted(diagnosis.hypotheses, key=lambda one: -one.confidence)
    return diagnosis.model_copy(update={"hypotheses": tuple(heaviest)})


def grounds_of(diagnosis: Diagnosis, findings: tuple[Finding, ...]) -> tuple[str, Grounds]:
    """Who ranked the first hypothesis first, and what that rests on."""
    first = diagnosis.hypotheses[0]
    faults = sorted(
        (one for one in findings if one.kind is FindingKind.CLUSTER_FAULT), key=lambda one: -_number(one, "score")
    )
    shown = next((one for one in faults if one.id in first.supports), None)
    if shown is not None:
        return CLUSTER, _cluster_grounds(shown, faults)
    lead = leading(findings)
    if lead is not None and _at(first, lead):
        return judge_of(lead), ranking_grounds(lead)
    return CAUSES, _cause_grounds(diagnosis, findings)


def leading(findings: Iterable[Finding]) -> Finding | None:
    """The service that was ranked first: by what was measured, else by who alerted."""
    leads = [one for one in findings if one.kind is FindingKind.SUSPECT]
    return next((one for one in leads if judge_of(one) == RANKING), next(iter(leads), None))


def judge_of(lead: Finding) -> str:
    """Who ranked the services."""
    return STORM if "alerts" in lead.data else RANKING


def stormed(some: Sequence[Candidate]) -> Grounds:
    """What the ranking of a storm's services rests on."""
    second = some[1].share if len(some) > 1 else 0.0
    return Grounds(some[0].share, margin(some[0].share, second))


def _cluster_grounds(shown: Finding, faults: list[Finding]) -> Grounds:
    second = max((_number(one, "score") for one in faults if one.id != shown.id), default=0.0)
    return broken(_number(shown, "score"), second)


def broken(score: float, second: float) -> Grounds:
    """What a cluster's broken relation rests on: its score and the next one's."""
    return Grounds(score, margin(score, second))


def ranking_grounds(lead: Finding) -> Grounds:
    """What the ranking of services rests on, from the finding that tells of it."""
    others, reasons = lead.data.get("others"), lead.data.get("reasons")
    second = max((float(one["share"]) for one in others), default=0.0) if isinstance(others, list) else 0.0
    witnesses = [str(one["witness"]) for one in reasons] if isinstance(reasons, list) else []
    return ranked(_number(lead, "share"), second, witnesses)


def ranked(share: float, second: float, witnesses: Iterable[str]) -> Grounds:
    """What a ranking of services rests on: the shares of the first two, and who testified against the first."""
    return Grounds(share, margin(share, second), agreement=min(1.0, len(set(witnesses)) / WITNESSES))


def _cause_grounds(diagnosis: Diagnosis, findings: tuple[Finding, ...]) -> Grounds:
    first, *rest = diagnosis.hypotheses
    second = max((one.confidence for one in rest), default=0.0)
    backing = SIGNALS & set(backers(first, findings))
    looked = SIGNALS & {one.role for one in findings}
    return Grounds(
        first.confidence,
        margin(first.confidence, second),
        agreement=len(backing) / len(looked) if looked else 0.0,
        coverage=len(looked) / len(SIGNALS),
        mechanism=float(first.cause not in symptoms()),
    )


def backers(first: Hypothesis, findings: Iterable[Finding]) -> tuple[str, ...]:
    """The roles whose findings speak for it, each once."""
    return tuple(dict.fromkeys(one.role for one in findings if one.id in first.supports))


def margin(score: float, second: float) -> float:
    """By how much of the first the second falls behind: 1 when there is no second, 0 when it is as good or better."""
    return min(1.0, max(0.0, 1 - second / score)) if score > 0 else 0.0


def _number(finding: Finding, name: str) -> float:
    value = finding.data.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


def lessons(incidents: Iterable[Incident]) -> tuple[Lesson, ...]:
    """What people's verdicts teach. One on a diagnosis that was never calibrated compares with what was said then."""
    return tuple(
        Lesson(one.confidence if one.by_release is None else one.by_release, CREDIT[one.verdict], one.analysts)
        for one in judgements(incidents)
    )
