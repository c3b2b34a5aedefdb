"""Words and how alike two texts are: tokens, and a term space with TF-IDF cosine. Called by the runbook search.

Pure: no files, no clock, no learned weights. Text comes from outside, so every regular expression here is linear-time.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_URL = re.compile(r"https?://\S+")
# Words that carry no subject, in English and in the sentences alert rules are written in.
_PLAIN_WORDS = (
    "a an and are as at be been but by can could do does for from has have if in into is it its may more not of on or our "
    "so such than that the their them then there these they this those to was we were when which while will with would "
    "you your also any all being alert alerts alerting fire fires fired firing trigger triggers triggered signifies "
    "indicates currently runbook meaning due caused minute minutes value threshold over last past too many much some few "
    "very just only other another each every both because about after before"
)
_STOPWORDS = frozenset(_PLAIN_WORDS.split())
_CODES = frozenset(
    {"401", "403", "404", "429", "500", "502", "503", "504"}
)  # HTTP answers: the numbers that say something
_SAME = {
    # Different spellings of one thing; the right-hand side is what both texts are compared by.
    "postgresql": "postgres",
    "mysql": "mysql",  # written MySQL, and yet one word
    "mongodb": "mongodb",
    "dynamodb": "dynamodb",
    "graphql": "graphql",
    "openssl": "openssl",
    "pg": "postgres",
    "k8s": "kubernetes",
    "kube": "kubernetes",
    "db": "database",
    "cert": "certificate",
    "certs": "certificate",
    "ssl": "tls",
    "conn": "connection",
    "mem": "memory",
    "fs": "filesystem",
    "auth": "authentication",
    "authn": "authentication",
    "authz": "authorization",
    "unauthorised": "unauthorized",
    "lb": "loadbalancer",
}
_ENDINGS = (
    ("ies", "y"),
    ("sses", "ss"),
    ("ing", ""),
    ("edly", ""),
    ("ed", ""),
    ("ation", "at"),
    ("ions", "ion"),
    ("es", "e"),
    ("s", ""),
)


def tokens(text: str) -> list[str]:
    """The subject words of a text, lower-case and stemmed; `camelCase`, `snake_case` and metric names fall apart.

    Web addresses, numbers (but for well-known HTTP codes) and words without a subject are left out.
    """
    return [_stem(word) for word in _subjects(text)]


def spellings(text: str) -> dict[str, str]:
    """How the text spells each of its tokens, where it first does: for showing to people."""
    spelled: dict[str, str] = {}
    for word in _subjects(text):
        spelled.setdefault(_stem(word), word)
    return spelled


def terms(words: Sequence[str]) -> Counter[str]:
    """Words and adjacent pairs of words, counted. A pair (`redis cache`) tells apart what single words confuse."""
    counted = Counter(words)
    counted.update(f"{first} {second}" for first, second in pairwise(words))
    return counted


class TermSpace:
    """Texts as vectors: (1 + log count) times inverse document frequency, each of length one.

    Built once from the counted terms of every text; `cosines` then compares a question with all of them.
    """

    def __init__(self, counted: Sequence[Mapping[str, int]]) -> None:
        self._size = len(counted)
        self._rarity = _rarity(counted)
        self._postings: dict[str, list[tuple[int, float]]] = {}
        for place, one in enumerate(counted):
            for term, weight in self._weigh(one).items():
                self._postings.setdefault(term, []).append((place, weight))

    def cosines(self, question: Mapping[str, int]) -> list[float]:
        """How alike the question is to each text, 0 to 1, in the order the texts were given."""
        alike = [0.0] * self._size
        strange = sum(1 for term in question if " " not in term and term not in self._rarity)
        for term, weight in self._weigh(question, strange).items():
            for place, other in self._postings[term]:
                alike[place] += weight * other
        return alike

    def _weigh(self, counted: Mapping[str, int], strange: int = 0) -> dict[str, float]:
        """Known terms only, weighted, scaled to length one. An empty text has an empty vector.

        `strange` words that no text holds make the vector shorter: a question about other things fits nothing well.
        """
        raw = {
            term: (1 + math.log(count)) * self._rarity[term] for term, count in counted.items() if term in self._rarity
        }
        unknown = strange * (math.log(1 + self._size) + 0.3) ** 2
        length = math.sqrt(sum(weight * weight for weight in raw.values()) + unknown)
        return {term: weight / length for term, weight in raw.items()} if length else {}


def _rarity(counted: Sequence[Mapping[str, int]]) -> dict[str, float]:
    """Inverse document frequency, smoothed and never zero, so that a shelf of one text still matches."""
    held_by: Counter[str] = Counter()
    for one in counted:
        held_by.update(one.keys())
    total = len(counted)
    return {term: math.log((1 + total) / (1 + count)) + 0.3 for term, count in held_by.items()}


def _subjects(text: str) -> Iterator[str]:
    for raw in _WORD.findall(_URL.sub(" ", text)):
        for part in _split(raw):
            if part not in _STOPWORDS and (part in _CODES or not part.isdigit()):
                yield part


@lru_cache(maxsize=20_000)
def _split(raw: str) -> tuple[str, ...]:
    """The parts of an identifier: `HTTPErrorRate` is http, error, rate. Words outside ASCII stay whole."""
    if raw.islower() or not raw.isascii() or raw.lower() in _SAME:
        parts: Iterable[str] = (raw.lower(),)
    else:
        parts = (part.lower() for part in _HUMP.findall(raw))
    return tuple(_SAME.get(part, part) for part in parts)


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    """A light English stem: plural, -ing, -ed and a final e go. Crude on purpose: both sides are treated alike."""
    if len(word) <= 4:
        return word[:-1] if len(word) == 4 and word.endswith("s") and not word.endswith("ss") else word
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and not word.endswith("ss") and len(word) - len(ending) >= 3:
            word = word[: len(word) - len(ending)] + instead
            break
    if len(word) > 4 and word.endswith("e"):
        word = word[:-1]
    doubled = len(word) > 4 and word[-1] == word[-2] and word[-1] not in "ls"
    return word[:-1] if doubled else word
