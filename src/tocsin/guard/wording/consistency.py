"""Whether the messages of one incident tell the same facts: drafts differ in words, never in facts. Pure.

Called by communicate with everything that stands just now: the drafts, and of each audience what it heard last. It reads the
facts that a text states (status, severity, start, shares, counts, the next update, over or not, names of services) and says
where two texts differ, or a text and the incident. What a text does not state it cannot get wrong.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from pydantic import Field

from tocsin.guard.wording.claims import recoveries
from tocsin.guard.wording.finding import named
from tocsin.guard.wording.lexicon import stated, times
from tocsin.guard.wording.promises import promised
from tocsin.guard.wording.text import Text
from tocsin.model.ground import Severity, Time, Value
from tocsin.model.state import OPEN, State
from tocsin.model.update import Audience
from tocsin.model.vocabulary import WORDS


class Told(Value):
    """A text that stands: a draft, or what an audience heard last. `name` is what people call it: `U12`, `external`."""

    name: str
    audience: Audience
    text: str


class Known(Value):
    """The facts as the incident has them; what is None or empty is not compared."""

    state: State | None = None
    severity: Severity | None = None
    started_at: Time | None = None
    next_update_at: dict[Audience, Time] = Field(default_factory=dict)
    other_services: frozenset[str] = frozenset()
    """Names, internal and public, of services that are not affected."""


class Statement(Value):
    """One fact as one text states it."""

    told: str
    words: str


class Difference(Value):
    """One fact on which texts, or a text and the incident, differ. `known` is what the incident says, or ""."""

    fact: str
    statements: tuple[Statement, ...]
    known: str = ""

    @property
    def sentence(self) -> str:
        """For people: `status: external says "Monitoring", internal says "Diagnosing"; the incident is identified`."""
        said = ", ".join(f'{one.told} says "{one.words}"' for one in self.statements)
        return f"{self.fact}: {said}" + (f"; the incident says {self.known}" if self.known else "")


def differences(texts: Sequence[Told], known: Known | None = None) -> tuple[Difference, ...]:
    """Every fact told in two ways, or otherwise than the incident has it; in the order of the facts, then of the texts."""
    facts = known or Known()
    read = [(told, Text(told.text)) for told in texts]
    found = (
        _status(read, facts),
        _over(read, facts),
        _values("severity", [(told, _severities(text)) for told, text in read], facts.severity or ""),
        _values("start", [(told, _starts(text)) for told, text in read], _clock(facts.started_at)),
        *(_numbers(read, kind) for kind in stated.KINDS),
        *_next_updates(read, facts),
        _services(read, facts),
    )
    return tuple(one for one in found if one is not None)


Read = Sequence[tuple[Told, Text]]
Stated = dict[str, str]
"""A value, told alike however it is written, and the words that state it."""


def _values(fact: str, said: Iterable[tuple[Told, Stated]], known: str) -> Difference | None:
    """The texts that share no value with the incident or, where that says nothing, with the first text that states one."""
    stating = [(told, values) for told, values in said if values]
    if known:
        off = [(told, values) for told, values in stating if known not in values]
    else:
        off = stating if any(not set(stating[0][1]) & set(values) for _, values in stating[1:]) else []
    statements = tuple(Statement(told=told.name, words=next(iter(values.values()))) for told, values in off)
    return Difference(fact=fact, statements=statements, known=known) if statements else None


def _status(read: Read, known: Known) -> Difference | None:
    """Each audience has its own word for one state; two words that no state has together contradict each other."""
    said = [(told, words) for told, text in read if (words := _labels(text))]
    states = [known.state] if known.state else list(State)
    if any(all(_fits(state, words) for _, words in said) for state in states):
        return None
    off = [(told, words) for told, words in said if known.state is None or not _fits(known.state, words)]
    statements = tuple(Statement(told=told.name, words=words[0]) for told, words in off)
    return Difference(fact="status", statements=statements, known=WORDS[known.state].status if known.state else "")


def _fits(state: State, words: Sequence[str]) -> bool:
    return all(word.capitalize() in WORDS[state] for word in words)


def _labels(text: Text) -> list[str]:
    return [match["bracket"] or match["line"] for match in stated.STATUS.finditer(text.plain)]


def _over(read: Read, known: Known) -> Difference | None:
    """One text says that it is over, another that it goes on."""
    said = [(told, over) for told, text in read if (over := _says_over(text)) is not None]
    ended = None if known.state is None else known.state not in OPEN
    off = [told for told, over in said if over is not (said[0][1] if ended is None else ended)]
    if not off:
        return None
    shown = [(told, over) for told, over in said if ended is None or told in off]
    statements = tuple(Statement(told=told.name, words="over" if over else "goes on") for told, over in shown)
    return Difference(
        fact="resolved", statements=statements, known="" if ended is None else "over" if ended else "open"
    )


def _says_over(text: Text) -> bool | None:
    """What a text says of it: True over, False not, None neither. A label decides, then a claim, then a promise to go on."""
    labels = [word.lower() for word in _labels(text)]
    if labels:
        return None if any(word in stated.EITHER for word in labels) else labels[-1] in stated.OVER
    if any(recoveries(text)):
        return True
    return False if any(promised(text)) else None


def _severities(text: Text) -> Stated:
    return {f"SEV{match[1]}": match.group() for match in stated.SEVERITY.finditer(text.plain)}


def _starts(text: Text) -> Stated:
    return {
        f"{int(match['hour']):02}:{match['minute']} UTC": match.group() for match in stated.START.finditer(text.plain)
    }


def _clock(moment: datetime | None) -> str:
    return f"{moment:%H:%M} UTC" if moment else ""


def _numbers(read: Read, kind: str) -> Difference | None:
    """Shares or counts of one kind of thing, such as `% of users`."""
    return _values(kind, [(told, dict(_numbers_in(text, kind))) for told, text in read], "")


def _numbers_in(text: Text, kind: str) -> Iterator[tuple[str, str]]:
    for match in stated.KINDS[kind].finditer(text.plain):
        yield match["number"].replace(",", "").rstrip("."), match.group().strip()


def _next_updates(read: Read, known: Known) -> Iterator[Difference | None]:
    """Each audience has its own rhythm: a promise is compared with the desk's for that audience, and within one audience."""
    for audience in Audience:
        own = [(told, dict(_promises(text))) for told, text in read if told.audience is audience]
        yield _values(f"next update ({audience})", own, _clock(known.next_update_at.get(audience)))


def _promises(text: Text) -> Iterator[tuple[str, str]]:
    for match in promised(text):
        clock = times.CLOCK_24.search(match["at"] or "")
        if clock:
            yield f"{int(clock[1]):02}:{clock[2]} UTC", match.group()


def _services(read: Read, known: Known) -> Difference | None:
    found = [(told, named(text.plain, known.other_services)) for told, text in read]
    statements = tuple(Statement(told=told.name, words=match.group()) for told, match in found if match)
    return Difference(fact="service", statements=statements, known="not affected") if statements else None
