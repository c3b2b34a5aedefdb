"""What a probe expects, as runbooks spell it: `< 0.8`, `contains text`, `lacks text`, `empty`, `ok`. Pure."""

import operator
import re
from collections.abc import Callable

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_NUMBER = re.compile(r"(?<![\w.-])-?\d{1,40}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,3})?(?![\w.])")


def comparison(expect: str) -> Callable[[float], bool] | None:
    """The expectation about a number, or None when it is about text."""
    sign, _, number = expect.partition(" ")
    compare = _COMPARE.get(sign)
    if compare is None:
        return None
    limit = float(number)
    return lambda value: compare(value, limit)


def met(expect: str, text: str) -> bool | None:
    """Whether an answer is as expected. None when that cannot be told: a number is expected, and not exactly one is there."""
    if expect in ("", "ok"):
        return True
    if expect == "empty":
        return not text.strip()
    word, _, wanted = expect.partition(" ")
    if word in ("contains", "lacks"):
        return (wanted.strip('"') in text) is (word == "contains")
    holds, numbers = comparison(expect), _NUMBER.findall(text)
    return holds(float(numbers[0])) if holds and len(numbers) == 1 else None
