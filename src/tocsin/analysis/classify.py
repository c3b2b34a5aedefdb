"""Which of the five types an alert is: cues from its words, weighed by a small linear model. Pure; called by the router.

A cue is something the text shows: a known technology, a known trouble, or a word. Each cue adds its learned weight to
the five types; the sums become probabilities. The same cues are used in training (`benchmarks/train_triage.py`).
Never reads a file: the router loads the model's document and hands it in.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tocsin.analysis.concepts import CONCEPTS
from tocsin.analysis.technologies import COMMON, KNOWN, TYPE_OF, normal
from tocsin.model.ground import IncidentType

CLASSES: tuple[IncidentType, ...] = (
    IncidentType.DATABASE,
    IncidentType.NETWORK,
    IncidentType.APPLICATION,
    IncidentType.SECURITY,
    IncidentType.INFRASTRUCTURE,
)
WORD_WEIGHT = 0.5
"""A word counts half a technology or a trouble: words are many and each says little."""
LONGEST = 4
"""Words in the longest phrase or product name we look for."""
BOUND = 6_000
"""Characters of each part that are read: an alert says what it is at its beginning."""

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")


@dataclass(frozen=True, slots=True)
class Token:
    """One word and where it stands; `word` is lower-case and singular, numbers are all "0"."""

    raw: str
    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Part:
    """The title, the body or the labels of an alert, taken apart into words."""

    text: str
    tokens: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Cue:
    """One thing the text shows, the words that show it, and its weight relative to a technology."""

    name: str
    quote: str = ""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The likeliest type, the probability of each, and the words that spoke for it, strongest first."""

    type: IncidentType
    confidence: float
    shares: dict[IncidentType, float]
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Classifier:
    """Weights per cue over CLASSES. `temperature` makes the probabilities honest (fitted on products not trained on)."""

    weights: Mapping[str, Sequence[float]]
    bias: Sequence[float]
    temperature: float = 1.0

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Classifier":
        """The model as `benchmarks/train_triage.py` writes it: integers are thousandths. Raises KeyError if it is not one."""
        weights = {name: tuple(value / 1000 for value in row) for name, row in document["weights"].items()}
        return cls(weights, tuple(value / 1000 for value in document["bias"]), float(document["temperature"]))

    def scores(self, cues: Sequence[Cue]) -> tuple[float, ...]:
        """The sum of each type's weights over the cues, before they become probabilities."""
        totals = list(self.bias)
        for cue in cues:
            for index, weight in enumerate(self.weights.get(cue.name, ())):
                totals[index] += weight * cue.weight
        return tuple(totals)

    def classify(self, title: str, body: str = "", labels: str = "") -> Verdict:
        """The type of the alert with these three parts; `labels` as `name=value name=value`."""
        cues = cues_of(title, body, labels)
        shares = softmax(self.scores(cues), self.temperature)
        best = max(range(len(CLASSES)), key=shares.__getitem__)
        by_type = dict(zip(CLASSES, shares, strict=True))
        return Verdict(CLASSES[best], shares[best], by_type, self._speaking_for(best, cues))

    def _speaking_for(self, index: int, cues: Sequence[Cue], most: int = 4) -> tuple[str, ...]:
        """The quoted words whose weight favours that type most over the mean of all types."""
        gains: dict[str, float] = {}
        for cue in cues:
            row = self.weights.get(cue.name, ())
            if cue.quote and row:
                gains[cue.quote] = gains.get(cue.quote, 0.0) + (row[index] - sum(row) / len(row)) * cue.weight
        ranked = sorted(gains, key=lambda quote: (-gains[quote], quote))
        return tuple(quote for quote in ranked if gains[quote] > 0)[:most]


def softmax(scores: Sequence[float], temperature: float = 1.0) -> tuple[float, ...]:
    """Scores as shares that add up to 1; a higher temperature is less sure of itself."""
    top = max(scores)
    powers = [math.exp((score - top) / temperature) for score in scores]
    return tuple(power / sum(powers) for power in powers)


def cues_of(title: str, body: str = "", labels: str = "", *, technologies: bool = True) -> tuple[Cue, ...]:
    """Everything the alert shows, each cue once. `technologies=False` hides product names, as if all were unknown."""
    parts = {"title": _part(title), "body": _part(body), "label": _part(labels)}
    found: dict[str, Cue] = {}
    for cue in _all_cues(parts, technologies):
        found.setdefault(cue.name, cue)
    return tuple(found.values())


def _all_cues(parts: Mapping[str, Part], technologies: bool) -> Iterator[Cue]:
    if technologies:
        yield from _technology_cues(parts)
    for place in ("title", "body"):
        yield from _concept_cues(place, parts[place])
        yield from _word_cues(place, parts[place])
    for token in parts["label"].tokens:
        yield Cue(f"label-word:{token.word}", weight=WORD_WEIGHT)


def _technology_cues(parts: Mapping[str, Part]) -> Iterator[Cue]:
    """Each technology by trade and by the type that trade has; the first product named counts on its own."""
    first: tuple[str, str, str] | None = None
    thing: tuple[str, str, str] | None = None
    for place, part in parts.items():
        for trade, quote in _technologies(part):
            if _singular(normal(quote)) in COMMON or normal(quote) in COMMON:
                thing = thing or (place, trade, quote)
            else:
                first = first or (place, trade, quote)
            yield Cue(f"{place}-trade:{trade}", quote)
            yield Cue(f"{place}-type:{TYPE_OF[trade]}", quote)
    first = first or thing
    if first is None:
        yield Cue("no-technology")
        return
    place, trade, quote = first
    rank = "first" if place == "title" else "later"
    yield Cue(f"{rank}-trade:{trade}", quote)
    yield Cue(f"{rank}-type:{TYPE_OF[trade]}", quote)


def _technologies(part: Part) -> Iterator[tuple[str, str]]:
    """(trade, words) of each known product, the longest name first where several begin at one word."""
    tokens, at = part.tokens, 0
    while at < len(tokens):
        for size in range(min(LONGEST, len(tokens) - at), 0, -1):
            joined = "".join(token.raw for token in tokens[at : at + size])
            trade = KNOWN.get(joined) or KNOWN.get(_singular(joined))
            if trade:
                yield trade, part.text[tokens[at].start : tokens[at + size - 1].end]
                at += size
                break
        else:
            at += 1


def _concept_cues(place: str, part: Part) -> Iterator[Cue]:
    words = [token.word for token in part.tokens]
    for size in range(1, LONGEST + 1):
        for at in range(len(words) - size + 1):
            concept = _PHRASES.get(" ".join(words[at : at + size]))
            if concept:
                yield Cue(
                    f"{place}-concept:{concept}", part.text[part.tokens[at].start : part.tokens[at + size - 1].end]
                )


def _word_cues(place: str, part: Part) -> Iterator[Cue]:
    words = [token.word for token in part.tokens]
    for word in words:
        yield Cue(f"word:{word}", weight=WORD_WEIGHT)
        if place == "title":
            yield Cue(f"title-word:{word}", weight=WORD_WEIGHT)
    for pair in pairwise(words):
        yield Cue(f"word:{' '.join(pair)}", weight=WORD_WEIGHT)


def _part(text: str) -> Part:
    text = text[:BOUND]
    found = (Token(m.group().lower(), _word(m.group()), m.start(), m.end()) for m in _WORD.finditer(text))
    return Part(text, tuple(found))


def _word(raw: str) -> str:
    return "0" if raw.isdigit() else _singular(raw.lower())


def _singular(word: str) -> str:
    """The word without a plural s: enough English for alert titles."""
    keep = len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us"))
    return word if keep else word[:-1]


def _phrase(text: str) -> str:
    return " ".join(token.word for token in _part(text).tokens)


_PHRASES: dict[str, str] = {
    _phrase(phrase): concept for concept, (_, _, phrases) in CONCEPTS.items() for phrase in phrases.split(",")
}
