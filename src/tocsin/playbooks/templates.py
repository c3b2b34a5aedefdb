"""Templates of documents: `{{ .input.alert }}`, `{{ .steps.logs.output.service }}`, and conditions over the same names. Pure.

The subset of Go's templates that playbooks need, and no more: names, `| default`, `| toJson`, and in conditions `eq`, `ne`,
`and`, `or`, `not`, `contains`. A value is put in as it is and never read as a template again, whatever stands in it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tocsin.errors import DataError

CODE = "TCS-DATA-TEMPLATE"
_HOLE = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
_NAME = re.compile(r"\.[A-Za-z_][\w-]*(?:\.[\w-]+)*")
_TOKEN = re.compile(
    r'\s*(?:(?P<open>\()|(?P<close>\))|"(?P<text>[^"]*)"|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>\.[\w.-]+)|(?P<word>\w+))'
)
_WORDS = ("eq", "ne", "and", "or", "not", "contains", "true", "false")
_FILTERS = ("toJson", "default")
MOST_CHARACTERS = 200_000


def names(template: str) -> Iterator[tuple[str, ...]]:
    """Every name a template asks for, as its parts: `("steps", "logs", "output")`. Raises DataError for what it cannot read."""
    for hole in _HOLE.findall(template):
        name, _, rest = hole.partition("|")
        if not _NAME.fullmatch(name.strip()):
            raise DataError(
                f"{{{{ {hole[:80]} }}}} is not a name such as .input.alert.", "See docs/playbooks.md.", code=CODE
            )
        _filters(rest)
        yield tuple(name.strip()[1:].split("."))


def condition_names(condition: str) -> Iterator[tuple[str, ...]]:
    """Every name a condition asks for."""
    for kind, word in _tokens(_bare(condition)):
        if kind == "name":
            yield tuple(word[1:].split("."))


def render(template: str, scope: Mapping[str, Any]) -> str:
    """The template filled in; a name without a value becomes nothing."""

    def fill(hole: re.Match[str]) -> str:
        name, _, rest = hole.group(1).partition("|")
        found = lookup(tuple(name.strip()[1:].split(".")), scope)
        for word, argument in _filters(rest):
            found = json.dumps(found) if word == "toJson" else argument if found in (None, "") else found
        return as_text(found)

    return _HOLE.sub(fill, template)[:MOST_CHARACTERS]


def lookup(parts: tuple[str, ...], scope: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """What stands under a name; None when nothing does. An output that is JSON in a text can be looked into."""
    found: Any = scope
    for part in parts:
        if isinstance(found, str):
            found = _opened(found)
        if isinstance(found, Mapping):
            found = found.get(part)
        elif isinstance(found, list) and part.isdigit() and int(part) < len(found):
            found = found[int(part)]
        else:
            return None
    return found


def holds(condition: str, scope: Mapping[str, Any]) -> bool:
    """Is the condition true? Empty is true. Raises DataError for what it cannot read."""
    if not condition.strip():
        return True
    tokens = list(_tokens(_bare(condition)))
    value, rest = _expression(tokens, scope)
    if rest:
        raise DataError(
            f"the condition {condition[:80]!r} goes on where it should end.", "See docs/playbooks.md.", code=CODE
        )
    return _true(value)


def as_text(value: Any) -> str:  # noqa: ANN401 - JSON
    """JSON as a template shows it: text as it is, everything else spelled as JSON, nothing as nothing."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _opened(text: str) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(text)
    except ValueError:
        return None


def _filters(rest: str) -> list[tuple[str, str]]:
    made = []
    for part in filter(None, (one.strip() for one in rest.split("|"))):
        word, _, argument = part.partition(" ")
        if word not in _FILTERS:
            raise DataError(f"there is no filter {word[:40]!r}.", f"Known are: {', '.join(_FILTERS)}.", code=CODE)
        made.append((word, argument.strip().strip('"')))
    return made


def _bare(condition: str) -> str:
    """A condition may be written as a template, as kubeswarm does: `{{ eq .steps.a.output "x" }}`."""
    found = _HOLE.fullmatch(condition.strip())
    return found.group(1) if found else condition


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text.rstrip()):
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise DataError(f"a condition cannot hold {text[at : at + 20]!r}.", "See docs/playbooks.md.", code=CODE)
        kind, word = found.lastgroup, found.group(found.lastgroup)
        if kind == "word" and word not in _WORDS:
            raise DataError(f"a condition knows no word {word[:40]!r}.", f"Known are: {', '.join(_WORDS)}.", code=CODE)
        yield kind, word
        at = found.end()


Tokens = list[tuple[str, str]]


def _expression(tokens: Tokens, scope: Mapping[str, Any]) -> tuple[Any, Tokens]:
    """A word and all that follows it up to the end or a closing bracket, or one value."""
    if tokens and tokens[0][0] == "word" and tokens[0][1] not in ("true", "false"):
        values, rest = [], tokens[1:]
        while rest and rest[0][0] != "close":
            value, rest = _value(rest, scope)
            values.append(value)
        return _applied(tokens[0][1], values), rest
    return _value(tokens, scope)


def _value(tokens: Tokens, scope: Mapping[str, Any]) -> tuple[Any, Tokens]:
    if not tokens:
        raise DataError("a condition ends where a value should be.", "See docs/playbooks.md.", code=CODE)
    (kind, word), rest = tokens[0], tokens[1:]
    match kind:
        case "open":
            value, rest = _expression(rest, scope)
            if not rest or rest[0][0] != "close":
                raise DataError("a bracket is not closed.", "Close it.", code=CODE)
            return value, rest[1:]
        case "text":
            return word, rest
        case "number":
            return float(word), rest
        case "name":
            return lookup(tuple(word[1:].split(".")), scope), rest
        case _ if word in ("true", "false"):
            return word == "true", rest
        case _:
            raise DataError(f"{word!r} stands where a value should be.", "Put brackets around it.", code=CODE)


def _applied(word: str, values: list[Any]) -> bool:
    match word, values:
        case "eq", [one, first, *others]:
            return any(_same(one, other) for other in (first, *others))
        case "ne", [one, other]:
            return not _same(one, other)
        case "contains", [part, whole]:
            return as_text(part) in as_text(whole)
        case "not", [one]:
            return not _true(one)
        case "and", _:
            return all(_true(one) for one in values)
        case "or", _:
            return any(_true(one) for one in values)
        case _:
            raise DataError(f"`{word}` takes another number of values.", "See docs/playbooks.md.", code=CODE)


def _same(one: Any, other: Any) -> bool:  # noqa: ANN401 - JSON
    if isinstance(one, int | float) and isinstance(other, int | float):
        return float(one) == float(other)
    return as_text(one) == as_text(other)


def _true(value: Any) -> bool:  # noqa: ANN401 - JSON
    return value not in (None, "", "false", "False", "0") and bool(value)
