"""Impact facts in an alert's text, each with the exact words that say so. Pure; called by the router.

Says what the text states, never how bad that is: the severity matrix in the configuration does that. A fact that could
lower a severity (a workaround, a staging environment) is not read from a text that tells its reader what to do.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tocsin.analysis import attacks, signs
from tocsin.analysis.clauses import Clause, clauses, speaks_to_the_reader
from tocsin.analysis.shares import shares
from tocsin.model.triage import FactKind

FULL_FROM = 0.95
"""From this share on, `480/500` counts as full."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One fact the text states: `quote` is text[start:start + len(quote)]. `exact` is False for lower bounds and suspicions."""

    kind: FactKind
    value: float | bool | str
    quote: str
    start: int
    exact: bool = True


def extract(text: str, names: Sequence[str] = ()) -> tuple[Sighting, ...]:
    """The facts of the text in reading order. `names` are the services it may call by name (from labels and the catalogue)."""
    believed, login_failed = not speaks_to_the_reader(text), bool(attacks.LOGIN_FAILED.search(text))
    found: list[Sighting] = []
    for index, clause in enumerate(clauses(text)):
        for read in _READERS:
            found.extend(read(clause))
        found.extend(_named_gone(clause, names))
        if login_failed:
            found.extend(_stated(clause, FactKind.COMPROMISE, attacks.LOGIN_WORKED))
        if believed:
            found.extend(_workaround(clause))
            found.extend(_elsewhere(clause) if index == 0 else ())
    return tuple(_honest(found, text))


def puzzling(text: str) -> Sighting | None:
    """The opening of a text that says in nobody's usual words what is wrong: likely something works worse than it should.

    None where the opening says that nothing is: a matter of looks, a test, an account of something done, a far deadline.
    Only the opening is asked, so that nothing appended makes an alert look small.
    """
    first = next(clauses(text), None)
    if first is None or _is_small(first):
        return None
    return Sighting(
        FactKind.DEGRADED, True, first.text.strip(), text.index(first.text.strip(), first.start), exact=False
    )


def _is_small(clause: Clause) -> bool:
    patterns = (signs.COSMETIC, signs.FALSE_POSITIVE, signs.ROUTINE)
    found = next(
        (found for pattern in patterns for found in pattern.finditer(clause.text) if not clause.denies(found.start())),
        None,
    )
    return found is not None and not signs.OVERDUE.search(clause.text)


def _honest(found: list[Sighting], text: str) -> Iterator[Sighting]:
    """A workaround speaks for the features broken in its own line; while another line names one without, there is none."""

    def lines(kind: FactKind) -> set[int]:
        return {text.count("\n", 0, seen.start) for seen in found if seen.kind is kind}

    covered = lines(FactKind.MAJOR_FEATURE) <= lines(FactKind.WORKAROUND)
    yield from (seen for seen in found if covered or seen.kind is not FactKind.WORKAROUND or seen.value is False)


def _sighting(
    kind: FactKind, value: float | bool | str, clause: Clause, span: tuple[int, int], *, exact: bool = True
) -> Sighting:
    start, end = span
    return Sighting(kind, value, clause.text[start:end], clause.start + start, exact)


def _stated(clause: Clause, kind: FactKind, pattern: re.Pattern[str], *, exact: bool = True) -> Iterator[Sighting]:
    """Every place where the clause says so, and neither denies nor only supposes it."""
    for found in pattern.finditer(clause.text):
        if clause.states(found.start()):
            yield _sighting(kind, True, clause, found.span(), exact=exact)


def _shares(clause: Clause) -> Iterator[Sighting]:
    for seen in shares(clause):
        kind = FactKind.USERS_AFFECTED if seen.users else FactKind.REQUESTS_FAILING
        yield _sighting(kind, seen.value, clause, (seen.start, seen.end), exact=seen.exact)


def _outage(clause: Clause) -> Iterator[Sighting]:
    yield from _stated(clause, FactKind.OUTAGE, signs.OUTAGE)
    yield from _stated(clause, FactKind.OUTAGE, signs.CAMEL_OUTAGE)
    for seen in _stated(clause, FactKind.OUTAGE, signs.WHOLE_GONE, exact=False):
        before = clause.text[: seen.start - clause.start][-60:]
        if not signs.PART_BEFORE.search(before) and not signs.PARTLY.search(before[-30:]):
            yield seen


def _named_gone(clause: Clause, names: Sequence[str]) -> Iterator[Sighting]:
    """`<a service we know by name> is down`: the name says that the whole service is meant."""
    lowered = clause.text.lower()
    for name in names:
        at = lowered.find(name.lower()) if name else -1
        gone = signs.NAMED_GONE.match(clause.text, at + len(name)) if at >= 0 else None
        if gone and clause.states(at) and not signs.PART_BEFORE.search(clause.text[:at][-60:]):
            yield _sighting(FactKind.OUTAGE, True, clause, (at, gone.end()))


def _data_loss(clause: Clause) -> Iterator[Sighting]:
    yield from _stated(clause, FactKind.DATA_LOSS, signs.DATA_LOSS)


def _compromise(clause: Clause) -> Iterator[Sighting]:
    """A success of an intruder; `attempt blocked` right after it takes it back."""
    for pattern, exact in ((attacks.COMPROMISE, True), (attacks.SUSPECTED_COMPROMISE, False)):
        for seen in _stated(clause, FactKind.COMPROMISE, pattern, exact=exact):
            after = clause.text[seen.start - clause.start + len(seen.quote) :][:80]
            if not attacks.STOPPED.match(after):
                yield seen


def _threat(clause: Clause) -> Iterator[Sighting]:
    """The first threat of a clause; what is denied is none, what is tried or supposed is an attempt.

    What lies open or has left is no attempt, however suspicious it is called, unless it was stopped.
    """
    for found in attacks.EXPOSED.finditer(clause.text):
        if not clause.denies(found.start()) and not attacks.STOPPED.match(clause.text[found.end() :][:80]):
            yield _sighting(FactKind.THREAT, "active", clause, found.span())
            return
    for found in attacks.THREAT.finditer(clause.text):
        if not clause.denies(found.start()):
            attempted = attacks.MERE_ATTEMPT.search(clause.text) or clause.supposes(found.start())
            yield _sighting(FactKind.THREAT, "attempted" if attempted else "active", clause, found.span())
            return


def _major_feature(clause: Clause) -> Iterator[Sighting]:
    """A feature that is broken, not merely slow or broken for some; a system that lost its function is likely one."""
    if signs.COSMETIC.search(clause.text):
        return
    if not signs.PARTLY.search(clause.text):
        for found in signs.FEATURE_BROKEN.finditer(clause.text):
            if not clause.supposes(found.start()):
                yield _sighting(FactKind.MAJOR_FEATURE, True, clause, found.span())
    yield from _stated(clause, FactKind.MAJOR_FEATURE, signs.FUNCTION_LOST, exact=False)


def _degraded(clause: Clause) -> Iterator[Sighting]:
    """The first sign in a clause that something works worse than it should; one is enough."""
    if signs.COSMETIC.search(clause.text) or signs.MADE_UP.match(clause.text):
        return
    for pattern in (signs.DEGRADED, signs.CAMEL_DEGRADED, signs.NEAR_FULL):
        for found in pattern.finditer(clause.text):
            if not clause.denies(found.start()):
                yield _sighting(FactKind.DEGRADED, True, clause, found.span())
                return
    full = next((found for found in signs.FULL.finditer(clause.text) if _is_full(found)), None)
    if full:
        yield _sighting(FactKind.DEGRADED, True, clause, full.span())


def _is_full(found: re.Match[str]) -> bool:
    return FULL_FROM * int(found[2]) <= int(found[1]) <= 2 * int(found[2])


def _production(clause: Clause) -> Iterator[Sighting]:
    found = signs.PRODUCTION.search(clause.text)
    if found:
        yield _sighting(FactKind.ENVIRONMENT, "production", clause, found.span())


def _marks(clause: Clause) -> Iterator[Sighting]:
    """What the text calls itself. Shown to people; no severity rests on it."""
    for kind, pattern in ((FactKind.COSMETIC, signs.COSMETIC), (FactKind.FALSE_POSITIVE, signs.FALSE_POSITIVE)):
        found = pattern.search(clause.text)
        if found and not clause.denies(found.start()):
            yield _sighting(kind, True, clause, found.span())


_READERS: tuple[Callable[[Clause], Iterator[Sighting]], ...] = (
    _shares,
    _outage,
    _data_loss,
    _compromise,
    _threat,
    _major_feature,
    _degraded,
    _production,
    _marks,
)


def _workaround(clause: Clause) -> Iterator[Sighting]:
    none = signs.NO_WORKAROUND.search(clause.text)
    if none:
        yield _sighting(FactKind.WORKAROUND, False, clause, none.span())
    else:
        yield from _stated(clause, FactKind.WORKAROUND, signs.WORKAROUND)


def _elsewhere(clause: Clause) -> Iterator[Sighting]:
    """A non-production environment, believed only where the alert opens with it and nothing there says production."""
    found = None if signs.PRODUCTION.search(clause.text) else signs.ELSEWHERE.search(clause.text)
    if found:
        yield _sighting(FactKind.ENVIRONMENT, (found[1] or found[2] or found[3]).lower(), clause, found.span())
