"""Second looks: silenced alerts when their quiet time is over, damped ones when they are calm, held ones that waited in vain.

Called every few seconds by the service, in one write transaction. What still fires is then received as if it had just come.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from tocsin.model.catalogue import Catalogue
from tocsin.ports import KeptAlert, Ledger, Names
from tocsin.stages.intake.desk import Decision, Desk, Outcome, Verdict
from tocsin.stages.intake.judge import judge
from tocsin.stages.intake.matching import matches
from tocsin.stages.intake.past import Past, past_of
from tocsin.stages.intake.rules import IntakeRules

_PAGE = 500
_MOST = 10 * _PAGE


def rejudge(ledger: Ledger, rules: IntakeRules, catalogue: Catalogue, now: datetime, names: Names) -> Outcome:
    """Judges again whatever was set aside and is due. Decisions are about those alerts only."""
    desk = Desk(ledger, rules, catalogue, now, names)
    decisions = [
        *_silences_over(desk),
        *_calm(desk),
        *_waited_in_vain(desk),
    ]
    return desk.finish(decisions)


def _set_aside(desk: Desk, disposition: str) -> list[KeptAlert]:
    """Oldest first, so that the first alert of a condition is the one that opens."""
    since = desk.now - desk.rules.memory
    found: list[KeptAlert] = []
    for offset in range(0, _MOST, _PAGE):
        page = desk.ledger.alerts.recent(since=since, disposition=disposition, limit=_PAGE, offset=offset)
        found += page
        if len(page) < _PAGE:
            break
    return found[::-1]


def _silences_over(desk: Desk) -> Iterator[Decision]:
    for kept in _set_aside(desk, "silenced"):
        if not desk.quiet_reason(kept.alert):
            yield _again(desk, kept, _past(desk, kept))


def _calm(desk: Desk) -> Iterator[Decision]:
    """Calm is a whole window without a change, so that a slow flapper does not open an incident at every lull."""
    since = desk.now - timedelta(minutes=desk.rules.flapping.within_minutes)
    for kept in _set_aside(desk, "damped"):
        past = _past(desk, kept)
        latest = max(_arrival(one) for one in (kept, *past.kept))
        if latest < since:
            yield _again(desk, kept, past)


def _waited_in_vain(desk: Desk) -> Iterator[Decision]:
    for kept in _set_aside(desk, "held"):
        hold = next((one for one in desk.rules.hold if matches(kept.alert, one.matchers)), None)
        if hold is None:
            yield _again(desk, kept, _past(desk, kept))
        elif _arrival(kept) < desk.now - timedelta(minutes=hold.within_minutes):
            verdict = Verdict("watched", f"fewer than {hold.count} came within {hold.within_minutes:g} minutes")
            yield desk.record(kept.alert, verdict, known=True)


def _again(desk: Desk, kept: KeptAlert, past: Past) -> Decision:
    if past.resolution_of(kept.alert):
        verdict = Verdict("resolved", "it was over before it was judged again", kept.incident_id)
    else:
        verdict = judge(desk, kept.alert, past)
    return desk.record(kept.alert, verdict, known=True)


def _past(desk: Desk, kept: KeptAlert) -> Past:
    return past_of(desk.ledger.alerts, kept.alert, desk.now, desk.rules.memory).without(kept.alert.id)


def _arrival(kept: KeptAlert) -> datetime:
    """Kept alerts carry their arrival; intake stamped it."""
    return kept.alert.received_at or datetime.min.replace(tzinfo=UTC)
