"""What a message promises to say next, and when; and the message without that promise. Pure; used by the rules."""

import re
from collections.abc import Iterator
from functools import lru_cache

from tocsin.guard.wording.lexicon import times
from tocsin.guard.wording.text import Sentence, Text


def promised(text: Text) -> Iterator[re.Match[str]]:
    """Every promise of another message that comes with a time: `at` is a clock time, `soon` a span such as "in 30 minutes"."""
    yield from _promised(text.plain)


@lru_cache(maxsize=256)
def _promised(plain: str) -> tuple[re.Match[str], ...]:
    """Several rules ask it of one message; it is read once."""
    found = (*times.PROMISED.finditer(plain), *times.PROMISED_FIRST.finditer(plain))
    return tuple(match for match in found if _looks_ahead(plain, match))


def _looks_ahead(plain: str, match: re.Match[str]) -> bool:
    before, words = plain[max(0, match.start() - 40) : match.start()], match.group().lower()
    return not (times.SAID_BEFORE.search(before) or _looks_back(words) or times.MUCH_LATER.search(words))


def _looks_back(words: str) -> bool:
    """ "Update 16:02 UTC" says when this was written, not when the next one comes."""
    return times.WRITTEN_AT.fullmatch(re.split(r"\d", words, maxsplit=1)[0]) is not None


def without_telling(text: Text) -> Iterator[Sentence]:
    """The sentences with each clause about further messages blanked out, places kept."""
    plain = text.plain
    for match in promised(text):
        plain = _blanked(plain, *match.span())
    for sentence in text.sentences:
        words = plain[sentence.start : sentence.start + len(sentence.text)]
        for telling in times.TELLING.finditer(words):
            words = _blanked(words, *telling.span())
        yield Sentence(words, sentence.start)


def _blanked(text: str, start: int, end: int) -> str:
    return f"{text[:start]}{' ' * (end - start)}{text[end:]}"
