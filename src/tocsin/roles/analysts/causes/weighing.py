"""Weighing: how sure one may be of each cause, by one formula that `docs/diagnosis.md` explains. Called by specialists; pure.

    confidence = min(cap, support x (1 - contradiction) x (0.7 + 0.3 x coverage))

Support and contradiction combine the loudest sign of each kind of evidence as independent witnesses: 1 - product(1 - weight
x strength); signs that merely fit add at most as much as those that show the cause. Coverage is the share of what the cause
would show up in that could be looked at. Never 1.0.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod

from tocsin.model.evidence import FindingKind
from tocsin.model.ground import IncidentType
from tocsin.roles.analysts.causes import Cause
from tocsin.roles.analysts.causes.case import Case
from tocsin.roles.analysts.causes.signs import Sign, SignKind, signs_against, signs_for, suspicion

DIRECT = {SignKind.METRIC: 0.6, SignKind.ALERT: 0.6, SignKind.LOG: 0.45, SignKind.CHANGE: 0.35, SignKind.CLUSTER: 0.8}
"""Weight of a sign that shows the cause itself. Logs weigh less than metrics: anybody can write a log line.

A cluster's fault weighs most: two objects were compared, and what follows from their disagreement was seen."""
FITTING = {
    SignKind.METRIC: 0.2,
    SignKind.ALERT: 0.2,
    SignKind.LOG: 0.15,
    SignKind.CHANGE: 0.2,
    SignKind.TOPOLOGY: 0.2,
    SignKind.CLUSTER: 0.2,
}
"""Weight of a sign that merely fits."""
CAP = 0.95
CAP_ALERT_ONLY = 0.6
"""An alert repeats what one rule believes."""
CAP_LOG_LED = 0.45
"""Only a log names the cause, and the alert or a metric merely fits it."""
CAP_LOG_ONLY = 0.24
"""Words in a log that nothing else supports, which anybody may have written: below what is called a cause."""
UNSEEN_CHANGE = 0.5
"""Contradiction of "a change did it" when changes were looked at and there was none."""
LATE_CHANGE = 0.7
"""The same, when the only changes came after the onset."""
REFUTED = 0.5
"""From this contradiction a considered cause is ruled out."""
FOREIGN = 0.85
"""A specialist trusts itself this much with causes of another type."""
EXPLAINED = 0.9
"""A symptom has at most this share of the confidence of a cause that explains it."""
ENOUGH_TO_EXPLAIN = 0.5
"""A cause explains a symptom only if it is at least this much as sure."""
PROVEN = 0.8
"""From this strength a cluster's fault says by itself where the trouble is, call graph or not."""
OWN_ENOUGH = 0.5
"""A dependency is to blame if its own signs are at least this share of the loudest."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """One cause at one service, with everything that spoke for and against it."""

    cause: Cause
    service: str
    signs: tuple[Sign, ...]
    against: tuple[Sign, ...]
    confidence: float
    contradiction: float
    reason: str = ""
    """Why it is refuted, in words; "" when it is not."""

    @property
    def is_direct(self) -> bool:
        """Something shows the cause itself."""
        return any(sign.direct for sign in self.signs)

    @property
    def is_refuted(self) -> bool:
        """So much speaks against it that it is ruled out."""
        return self.contradiction >= REFUTED


def weigh_all(causes: tuple[Cause, ...], home: IncidentType, case: Case) -> list[Weighed]:
    """Every cause that anything speaks for, the surest first."""
    by_code = {cause.code: cause for cause in causes}
    weighed = [weigh(cause, tuple(by_code[code] for code in cause.explains), home, case) for cause in causes]
    held = [one for one in weighed if one.signs or one.reason]
    return sorted(_below_what_explains_them(held), key=_rank)


def weigh(cause: Cause, symptoms: tuple[Cause, ...], home: IncidentType, case: Case) -> Weighed:
    """The cause, placed at the service to blame, with its confidence."""
    signs = signs_for(cause, symptoms, case)
    service = _to_blame(signs, case)
    signs = [sign for sign in signs if sign.kind == SignKind.CHANGE or _concerns(sign.service, service, case)]
    signs += _topology_signs(signs, service, case)
    against = [sign for sign in signs_against(cause, case) if _same(sign.service, service)]
    absence, reason = _absent_change(cause, signs, case) if cause.change_is_cause else (0.0, "")
    contradiction = 1 - (1 - combined(against)) * (1 - absence)
    support = combined(signs)
    confidence = support * (1 - contradiction) * (0.7 + 0.3 * _coverage(cause, case))
    confidence *= 1.0 if cause.type == home else FOREIGN
    return Weighed(cause, service, tuple(signs), tuple(against), min(_cap(signs), confidence), contradiction, reason)


def combined(signs: Sequence[Sign]) -> float:
    """The loudest sign of each kind, as independent witnesses: 0 with none, never 1.

    What merely fits fits many causes, so it adds at most as much as what shows the cause itself.
    """
    direct, fitting = _witnesses(signs, DIRECT, direct=True), _witnesses(signs, FITTING, direct=False)
    return 1 - (1 - direct) * (1 - (min(direct, fitting) if direct else fitting))


def _witnesses(signs: Sequence[Sign], weights: dict[SignKind, float], *, direct: bool) -> float:
    loudest: dict[SignKind, float] = {}
    for sign in signs:
        if sign.direct == direct:
            loudest[sign.kind] = max(loudest.get(sign.kind, 0.0), weights[sign.kind] * sign.strength)
    return 1 - prod(1 - weight for weight in loudest.values())


def _rank(one: Weighed) -> tuple[bool, bool, float, int]:
    """Shown before merely fitting, causes before symptoms of equal weight, then the surest, then the most witnesses."""
    return (not one.is_direct, bool(one.reason), -round(one.confidence, 3), -len({sign.finding for sign in one.signs}))


def _below_what_explains_them(weighed: list[Weighed]) -> list[Weighed]:
    """A symptom never outranks a cause that explains it: the root is looked for, not the first thing seen."""

    def limit(one: Weighed) -> float:
        explaining = [
            other.confidence * EXPLAINED
            for other in weighed
            if one.cause.code in other.cause.explains
            and other.is_direct
            and not other.is_refuted
            and other.confidence >= ENOUGH_TO_EXPLAIN * one.confidence
        ]
        return min([one.confidence, *explaining])

    return [replace(one, confidence=limit(one)) for one in weighed]


def _to_blame(signs: list[Sign], case: Case) -> str:
    """The dependency whose own measurements show the cause, the suspected one before the deepest; otherwise who alerted.

    Where no service alerted, the suspected one before the one that shows it most.
    """
    proven = [sign for sign in signs if sign.direct and sign.kind == SignKind.CLUSTER and sign.strength >= PROVEN]
    if proven:
        return max(proven, key=lambda sign: sign.strength).service or case.service
    suspected = {finding.service.lower() for finding in case.of(FindingKind.SUSPECT)}
    own = [sign for sign in signs if sign.direct and sign.kind in (SignKind.METRIC, SignKind.LOG) and sign.service]
    said = [sign for sign in signs if sign.direct and sign.kind == SignKind.ALERT and sign.service.lower() in suspected]
    if said and not own:
        return said[0].service
    loudest = max((sign.strength for sign in own), default=0.0)
    blamed = [sign for sign in own if sign.strength >= OWN_ENOUGH * loudest and sign.service.lower() in case.depths]
    blamed = [sign for sign in blamed if sign.service.lower() in suspected] or blamed
    if blamed:
        return max(blamed, key=lambda sign: (case.depths[sign.service.lower()], sign.strength)).service
    if own and not case.service:
        own = [sign for sign in own if sign.service.lower() in suspected] or own
        return max(own, key=lambda sign: sign.strength).service
    return case.service


def _concerns(seen_at: str, blamed: str, case: Case) -> bool:
    """What is seen at the blamed service, or at those who suffer by it, speaks of it; what is seen elsewhere does not."""
    if not seen_at or not blamed or _same(seen_at, blamed) or _same(seen_at, case.service):
        return True
    return seen_at.lower() in case.depths or seen_at.lower() in case.callers


def _topology_signs(signs: list[Sign], blamed: str, case: Case) -> list[Sign]:
    """The call graph leads from the service that alerted to the one that is blamed."""
    if not blamed or _same(blamed, case.service) or not signs:
        return []
    edges = [one for one in case.of(FindingKind.DEPENDENCY) if _same(str(one.data.get("peer", "")), blamed)]
    path = edges or case.of(FindingKind.BLAST_RADIUS)
    return [Sign(path[0].id, SignKind.TOPOLOGY, blamed, path[0].confidence, direct=False)] if path else []


def _absent_change(cause: Cause, signs: list[Sign], case: Case) -> tuple[float, str]:
    """How far "a change did it" is refuted by there being no change in time, and in which words.

    Not at all where nobody looked, or where the alert itself tells of the change: then the record has a gap.
    """
    kinds = [one for one in case.of(FindingKind.CHANGE) if one.data.get("change_kind") in cause.changes]
    near = [one for one in kinds if one.data.get("relation") != "unrelated"]
    told = any(sign.direct and sign.kind == SignKind.ALERT for sign in signs)
    if told or "changes" not in case.looked or any(suspicion(one) > 0 for one in near):
        return 0.0, ""
    if near:
        minutes = min(-float(one.data["minutes_before_onset"]) for one in near)
        return LATE_CHANGE, f"the only such change came {minutes:.0f} minutes after the onset"
    elsewhere = "; those found are on unrelated services" if kinds else ""
    return UNSEEN_CHANGE, f"no such change is recorded in the 24 hours before the onset{elsewhere}"


def _coverage(cause: Cause, case: Case) -> float:
    """The share of what the cause would show up in that could be looked at."""
    wanted = {"logs"}
    wanted |= {"metrics"} if cause.shows or cause.fits else set()
    wanted |= {"changes"} if cause.changes else set()
    return len(wanted & case.looked) / len(wanted)


def _cap(signs: list[Sign]) -> float:
    """How sure one may be at most, given which kinds of evidence spoke."""
    kinds = {sign.kind for sign in signs}
    if kinds <= {SignKind.ALERT}:
        return CAP_ALERT_ONLY
    if kinds == {SignKind.LOG}:
        return CAP_LOG_ONLY
    direct = {sign.kind for sign in signs if sign.direct}
    return CAP_LOG_LED if direct <= {SignKind.LOG} else CAP


def _same(one: str, other: str) -> bool:
    return one.lower() == other.lower()
