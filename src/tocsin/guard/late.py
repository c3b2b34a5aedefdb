"""A pattern that is compiled when it is first used. The wording rules are large, and most commands write no message.

Used by the rules of wording; it never changes what a pattern means.
"""

import re
import sys
from collections.abc import Callable, Iterator
from functools import cached_property


class Late:
    """Behaves like `re.compile(text, flags)` where it is used; a mistake in the pattern shows at its first use, in the tests."""

    def __init__(self, text: str, flags: int = 0) -> None:
        self.pattern, self.flags = text, flags

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern, self.flags)

    def search(self, text: str, start: int = 0) -> re.Match[str] | None:
        """The first place that matches, from `start` on."""
        return self._compiled.search(text, start)

    def match(self, text: str, start: int = 0) -> re.Match[str] | None:
        """Does it match at `start`?"""
        return self._compiled.match(text, start)

    def fullmatch(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """Does all of the text between those places match?"""
        return self._compiled.fullmatch(text, start, end)

    def findall(self, text: str) -> list[str]:
        """The words of every match of a pattern without groups."""
        return self._compiled.findall(text)

    def finditer(self, text: str, start: int = 0) -> Iterator[re.Match[str]]:
        """Every place that matches."""
        return self._compiled.finditer(text, start)

    def sub(self, words: str | Callable[[re.Match[str]], str], text: str) -> str:
        """The text with every match replaced."""
        return self._compiled.sub(words, text)

    def found(self, match: re.Match[str]) -> bool:
        """Is that a match of this pattern, among several?"""
        return match.re is self._compiled
