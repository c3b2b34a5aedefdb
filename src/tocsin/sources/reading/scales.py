"""Which way each vendor counts: words, priorities, levels and scores, all to the one AlertSeverity. Tables, no thought."""

import re
from decimal import Decimal, InvalidOperation

from tocsin.model.alert import AlertSeverity, AlertStatus
from tocsin.sources.reading.words import words

CRITICAL, HIGH, WARNING = AlertSeverity.CRITICAL, AlertSeverity.HIGH, AlertSeverity.WARNING
LOW, INFO, UNKNOWN = AlertSeverity.LOW, AlertSeverity.INFO, AlertSeverity.UNKNOWN

_WORDS: dict[AlertSeverity, str] = {
    CRITICAL: """critical crit fatal emergency emerg disaster page blocker urgent severe outage sev0 sev1 p0 p1 s1
        critical_severity severity_critical down unreachable highest veryhigh catastrophic panic availability""",
    HIGH: "high error err major sev2 p2 s2 major_outage partial_outage failure failed severity_high severity_error",
    WARNING: """warning warn medium moderate minor average sev3 p3 s3 degraded degraded_performance performance
        severity_medium severity_warning slowdown nodata no_data unstable""",
    LOW: "low sev4 p4 s4 notice severity_low trivial lowest cosmetic resource_contention",
    INFO: """info information informational debug verbose none ok normal success sev5 p5 s5 maintenance under_maintenance
        operational up notification trace custom_info""",
}
_BY_WORD = {word: severity for severity, listed in _WORDS.items() for word in listed.split()}
_BY_WORD |= {"very high": CRITICAL, "error": HIGH, "not classified": INFO, "not_classified": INFO}

_OVER_WORDS = """resolved resolve ok okay up recovered recovery recover close closed success successful succeeded normal
    inactive cleared clear complete completed operational fixed good healthy passing passed deactivated ended end finished done
    auto_closed autoresolved auto_resolved manually_resolved back_to_normal available alive online green solved mitigated
    false_positive no_problem all_clear"""
_OVER = frozenset(_OVER_WORDS.split())
"""Words that can only mean that the condition is over. `stopped` and `expired` are failures as often, so they are missing."""


_COUNTED = re.compile(r"(?:severity|priority|sev|prio|p|s)?_?(\d{1,2})(?:_|\Z)")


def plain(value: object) -> str:
    """A vendor's word for comparison: lower case, spaces and hyphens as underscores."""
    return words(value).lower().replace(" ", "_").replace("-", "_").strip("_[]:!.")


def by_word(value: object) -> AlertSeverity:
    """The common meaning of a severity word, or of a priority such as P1 (the worst)."""
    word = plain(value)
    return _BY_WORD.get(word) or _BY_WORD.get(word.replace("_", "")) or _BY_WORD.get(word.split("_")[0], UNKNOWN)


def ascending(value: object, low: str, warning: str, high: str, critical: str) -> AlertSeverity:
    """A score where more is worse; each argument is the first value of its class. A word falls back to its meaning."""
    try:
        score = Decimal(words(value))
    except InvalidOperation:
        return by_word(value)
    if not score.is_finite():
        return UNKNOWN
    for severity, floor in ((CRITICAL, critical), (HIGH, high), (WARNING, warning), (LOW, low)):
        if score >= Decimal(floor):
            return severity
    return INFO


def descending(value: object, first: int) -> AlertSeverity:
    """A count where `first` is the worst and each next number is one class milder (`Sev0`, `P1`, 1, "P1 - Critical")."""
    match = _COUNTED.match(plain(value))
    if not match:
        return by_word(value)
    place = int(match[1]) - first
    return (CRITICAL, HIGH, WARNING, LOW, INFO)[min(place, 4)] if place >= 0 else UNKNOWN


def status_of(value: object) -> AlertStatus:
    """Firing unless the word clearly says it is over: a lost alert is worse than a repeated one."""
    return AlertStatus.RESOLVED if plain(value) in _OVER else AlertStatus.FIRING
