"""Regular expressions that cannot be made slow: matching takes time proportional to text times pattern, whatever either says.

Silences carry patterns in RE2's language and are matched against label values that come from outside; Python's `re` can be
driven into exponential backtracking there. The argument patterns of `command` steps are held to the same. This is Thompson's
construction for the part of RE2 that label matchers use.
Called by intake and the executors. A pattern always matches the whole value, as Alertmanager's do.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple

MAX_PATTERN = 500
MAX_PROGRAM = 1000
MAX_VALUE = 1024
"""A longer value matches no pattern: it is then not silenced, which is the safe side."""

Test = Callable[[str], bool]


class _Step(NamedTuple):
    """Consume one character that passes `test`; or, without a test, go on at each of the relative `jumps`."""

    test: Test | None
    jumps: tuple[int, ...] = ()


_Program = list[_Step]
_CLASSES: dict[str, Test] = {
    "d": lambda c: c.isascii() and c.isdigit(),
    "w": lambda c: c.isascii() and (c.isalnum() or c == "_"),
    "s": lambda c: c in " \t\n\r\f",
}
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f"}


class Pattern:
    """A compiled pattern. Raises ValueError, with what is not supported, when it cannot be understood."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_PATTERN:
            raise ValueError(f"the pattern is longer than {MAX_PATTERN} characters")
        self._program = _Parser(text).parse()

    def fullmatch(self, value: str) -> bool:
        """True when the whole value matches."""
        if len(value) > MAX_VALUE:
            return False
        places = self._reach({0})
        for character in value:
            places = self._reach({place + 1 for place in places if self._consumes(place, character)})
            if not places:
                return False
        return len(self._program) in places

    def _consumes(self, place: int, character: str) -> bool:
        if place == len(self._program):
            return False
        test = self._program[place].test
        return test is not None and test(character)

    def _reach(self, starts: Iterable[int]) -> set[int]:
        """Every place that can be reached from these without consuming a character."""
        seen: set[int] = set()
        todo = list(starts)
        while todo:
            place = todo.pop()
            if place in seen:
                continue
            seen.add(place)
            if place < len(self._program):
                todo.extend(place + jump for jump in self._program[place].jumps)
        return seen


@lru_cache(maxsize=512)
def compiled(text: str) -> Pattern:
    """The pattern, compiled once."""
    return Pattern(text)


class _Parser:
    """Recursive descent over the pattern; every method answers the program of what it read. Jumps are relative, so parts join."""

    def __init__(self, text: str) -> None:
        self._folds = text.startswith("(?i)")
        text = text.removeprefix("(?i)").removeprefix("^")
        if text.endswith("$") and not text.endswith("\\$"):
            text = text[:-1]
        self._text = text
        self._at = 0
        self._depth = 0

    def parse(self) -> _Program:
        program = self._alternatives()
        if self._at < len(self._text):
            raise ValueError(f"unmatched {self._text[self._at]!r} in the pattern")
        return program

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _next(self) -> str:
        if self._at >= len(self._text):
            raise ValueError("the pattern ends too early")
        self._at += 1
        return self._text[self._at - 1]

    def _alternatives(self) -> _Program:
        left = self._sequence()
        while self._peek() == "|":
            self._next()
            right = self._sequence()
            left = [_Step(None, (1, len(left) + 2)), *left, _Step(None, (len(right) + 1,)), *right]
        return left

    def _sequence(self) -> _Program:
        program: _Program = []
        while self._peek() not in ("", "|", ")"):
            program += self._repeated(self._atom())
            if len(program) > MAX_PROGRAM:
                raise ValueError("the pattern is too large")
        return program

    def _repeated(self, one: _Program) -> _Program:
        while self._peek() and self._peek() in "*+?{":
            one = self._repeat(one, self._next())
            if self._peek() == "?":  # lazy or greedy makes no difference to whether a whole value matches
                self._next()
        return one

    def _repeat(self, one: _Program, mark: str) -> _Program:
        many = [_Step(None, (1, len(one) + 2)), *one, _Step(None, (-len(one) - 1,))]
        if mark == "*":
            return many
        if mark == "+":
            return one + many
        maybe = [_Step(None, (1, len(one) + 1)), *one]
        if mark == "?":
            return maybe
        least, most = self._counts()
        if max(least, most or 0) * len(one) > MAX_PROGRAM:
            raise ValueError("the pattern repeats too much")
        return one * least + (many if most is None else maybe * (most - least))

    def _counts(self) -> tuple[int, int | None]:
        end = self._text.find("}", self._at)
        low, comma, high = self._text[self._at : max(end, self._at)].partition(",")
        if (
            not (low.isascii() and low.isdigit())
            or (high and not (high.isascii() and high.isdigit()))
            or len(low + high) > 6
        ):
            raise ValueError("a repetition must look like {2} or {2,5}")
        self._at = end + 1
        most = int(high) if high else (None if comma else int(low))
        if most is not None and most < int(low):
            raise ValueError("a repetition must not end below its start")
        return int(low), most

    def _atom(self) -> _Program:
        character = self._next()
        if character == "(":
            return self._group()
        if character == "[":
            return [_Step(self._set())]
        if character == ".":
            return [_Step(lambda c: c != "\n")]
        if character == "\\":
            return [_Step(self._escape())]
        if character in "*+?{^$":
            raise ValueError(f"{character!r} is not supported at this place of a pattern")
        return [_Step(self._literal(character))]

    def _group(self) -> _Program:
        self._depth += 1
        if self._depth > 50:
            raise ValueError("the pattern is nested too deep")
        if self._text.startswith("?:", self._at):
            self._at += 2
        program = self._alternatives()
        if self._next() != ")":
            raise ValueError("a group of the pattern is not closed")
        self._depth -= 1
        return program

    def _literal(self, wanted: str) -> Test:
        if self._folds:
            return lambda c: c.casefold() == wanted.casefold()
        return lambda c: c == wanted

    def _escape(self) -> Test:
        character = self._next()
        if character in _CLASSES:
            return _CLASSES[character]
        if character.lower() in _CLASSES:
            positive = _CLASSES[character.lower()]
            return lambda c: not positive(c)
        if character.isascii() and character.isalnum() and character not in _CONTROLS:
            raise ValueError(f"\\{character} is not supported in a pattern")
        return self._literal(_CONTROLS.get(character, character))

    def _set(self) -> Test:
        negated = self._peek() == "^"
        if negated:
            self._next()
        tests: list[Test] = []
        while self._peek() != "]" or not tests:
            tests.append(self._member())
        self._next()
        return lambda c: any(test(c) for test in tests) != negated

    def _member(self) -> Test:
        first = self._next()
        if first == "\\":
            return self._escape()
        following = self._text[self._at : self._at + 2]
        if len(following) == 2 and following[0] == "-" and following[1] not in "]\\":
            self._at += 2
            return self._range(first, following[1])
        return self._literal(first)

    def _range(self, low: str, high: str) -> Test:
        if low > high:
            raise ValueError(f"the range {low}-{high} is the wrong way round")
        if self._folds:
            return lambda c: any(low <= one <= high for one in (c, c.lower(), c.upper()))
        return lambda c: low <= c <= high
