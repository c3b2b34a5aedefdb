"""Rules on what a message claims: a cause, a time of recovery, recovery, a status. Pure; listed in `rules`."""

from collections.abc import Iterator

from tocsin.guard.wording.finding import Found, at, each, first, violation
from tocsin.guard.wording.lexicon import causes, states, times
from tocsin.guard.wording.promises import without_telling
from tocsin.guard.wording.situation import Situation
from tocsin.guard.wording.text import Sentence, Text
from tocsin.model.update import WordingCode, WordingViolation

NEXT_IN_LINE = {status: place for place, status in enumerate(states.STATUS_ORDER)}


def cause_unconfirmed(text: Text, now: Situation) -> WordingViolation | None:
    """A cause is asserted, or guessed, before customers while nobody has confirmed one."""
    if now.root_cause_confirmed or not now.reaches_customers:
        return None
    return violation(
        WordingCode.CAUSE_UNCONFIRMED,
        text,
        first(_causes(text)),
        "Nobody has confirmed a cause. Say what is affected; say nothing of the cause until a person has confirmed it.",
    )


def _causes(text: Text) -> Iterator[Found]:
    for sentence, match in each(text, causes.DUE_TO, causes.CAUSE):
        before = sentence.text[max(0, match.start() - 80) : match.start()]
        after = sentence.text[match.end() : match.end() + 60]
        of_itself = causes.DUE_TO.found(match) and causes.CAUSED_BY_ITSELF.match(after)
        relative = match.group().lower().startswith(("which", "that")) and causes.TROUBLE_BEFORE.search(before)
        advice = match.group().lower().startswith("because") and causes.ADVISES.search(after)
        if not (of_itself or relative or advice or causes.NO_CAUSE.search(before)):
            yield at(sentence, match)


def eta(text: Text, now: Situation) -> WordingViolation | None:
    """A time of recovery that nobody stands behind."""
    if now.eta_approved:
        return None
    return violation(
        WordingCode.ETA,
        text,
        first(_promises(text)),
        "Nobody stands behind this time. Promise the time of the next update, not of the fix.",
    )


def _promises(text: Text) -> Iterator[Found]:
    for sentence in without_telling(text):
        if times.UNKNOWN_TIME.search(sentence.text):
            continue
        vague = () if times.NOT_RECOVERY.search(sentence.text) else times.SOMETIME
        for pattern in (*times.PROMISES, *vague):
            for match in pattern.finditer(sentence.text):
                if not _looks_back(sentence, match.start(), match.group()):
                    yield at(sentence, match)


def _looks_back(sentence: Sentence, start: int, words: str) -> bool:
    """The time is over, or is expressly not promised."""
    before = sentence.text[max(0, start - 60) : start]
    return bool(times.NO_PROMISE.search(before) or times.PAST.search(words))


def resolved_early(text: Text, now: Situation) -> WordingViolation | None:
    """Recovery is claimed before it is confirmed."""
    if now.recovery_confirmed:
        return None
    return violation(
        WordingCode.RESOLVED_EARLY,
        text,
        first(recoveries(text)),
        "Recovery is not confirmed. Say what works better and that you keep watching.",
    )


def recoveries(text: Text) -> Iterator[Found]:
    """Every place where the text claims that it is over."""
    for sentence in text.sentences:
        for pattern in (states.RESOLVED_ALONE, states.RESOLVED_CLAIM):
            yield from (at(sentence, claim) for claim in pattern.finditer(sentence.text) if sentence.asserts(claim))
    for label in states.STATUS_LABEL.finditer(text.plain):
        if "resolved" in label.group().lower():
            yield label.span()


def status_mismatch(text: Text, now: Situation) -> WordingViolation | None:
    """The text tells another status than the incident has."""
    actual = "resolved" if now.is_resolved else now.status.lower()
    if actual not in NEXT_IN_LINE:
        return None
    return violation(
        WordingCode.STATUS_MISMATCH,
        text,
        first(_contradictions(text, actual)),
        f"The incident is {actual}. Let the text say so, or change the status first.",
    )


def _contradictions(text: Text, actual: str) -> Iterator[Found]:
    """Labels of another status, words that go further than the incident, then words that lag behind it."""
    labels = [
        (next(one for one in match.groups() if one).lower(), match.span())
        for match in states.STATUS_LABEL.finditer(text.plain)
    ]
    yield from (place for told, place in labels if told != actual)
    claims = list(_told(text, actual))
    if actual == "resolved":
        yield from (at(sentence, match) for sentence, match in each(text, states.ONGOING))
    ahead = [place for told, place in claims if NEXT_IN_LINE[told] > NEXT_IN_LINE[actual]]
    yield from ahead
    furthest = max((NEXT_IN_LINE[told] for told, _ in claims), default=NEXT_IN_LINE[actual])
    if furthest < NEXT_IN_LINE[actual] and not labels:
        yield from (place for told, place in claims if _lags(text, told, place, actual))
    if actual in ("monitoring", "resolved") and all(NEXT_IN_LINE[told] < NEXT_IN_LINE[actual] for told, _ in claims):
        yield from (at(sentence, match) for sentence, match in each(text, states.UNFINISHED) if sentence.asserts(match))


def _lags(text: Text, told: str, place: Found, actual: str) -> bool:
    """The words tell of work that the incident has left behind. That a fix was made may be told afterwards."""
    return told == "investigating" or (
        actual == "resolved" and states.LAGGING.search(text.plain[slice(*place)]) is not None
    )


def _told(text: Text, actual: str) -> Iterator[tuple[str, Found]]:
    """Every status that the prose asserts, and where."""
    yield from (("resolved", place) for place in recoveries(text))
    asides = states.AFTERWARDS if actual == "resolved" else states.OF_THE_CAUSE
    for status, pattern in states.STATUS_CLAIMS.items():
        for sentence, match in each(text, pattern):
            aside = status == "investigating" and asides.match(sentence.text[match.end() : match.end() + 60])
            if not aside and (status == "investigating" or sentence.asserts(match)):
                yield status, at(sentence, match)
