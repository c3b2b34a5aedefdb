"""Does an alert match: labels and fields against matchers. Pure; used by every rule of intake and by the watch over heartbeats."""

import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from tocsin.model.alert import Alert
from tocsin.model.change import Matcher
from tocsin.model.pattern import compiled

_FIELDS = ("service", "source", "title", "environment", "severity", "status", "fingerprint")
_WRITTEN = re.compile(r"^\s*([A-Za-z_][A-Za-z0-9_.:/-]{0,99})\s*(=~|!~|!=|=)\s*(.*)$", re.DOTALL)


def matcher_from(written: object) -> object:
    """`service=payments`, `env=~"dev|test"`, `team!=web` as the mapping they stand for; anything else as it is.

    Raises ValueError when a string is no matcher.
    """
    if not isinstance(written, str):
        return written
    found = _WRITTEN.match(written)
    if found is None:
        raise ValueError('a matcher is written like service=payments, env=~"dev|test" or team!=web')
    name, sign, value = found.groups()
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] == '"':
        value = value[1:-1]
    return {"name": name, "value": value, "is_regex": "~" in sign, "is_equal": not sign.startswith("!")}


def sound(matcher: Matcher) -> Matcher:
    """The matcher, when its pattern can be matched safely; raises ValueError with the reason when not."""
    if matcher.is_regex:
        compiled(matcher.value)
    return matcher


def narrow(matchers: tuple[Matcher, ...]) -> tuple[Matcher, ...]:
    """The matchers, when at least one asks for something; raises ValueError for those that any alert would match."""
    if not any(one.name and not _holds(one, ("",)) for one in matchers):
        raise ValueError("at least one matcher must ask for a value that is not empty")
    return matchers


WrittenMatcher = Annotated[Matcher, BeforeValidator(matcher_from), AfterValidator(sound)]
Matchers = Annotated[tuple[WrittenMatcher, ...], Field(min_length=1), AfterValidator(narrow)]
"""Matchers as people write them in configuration and API: all must hold, and together they must not match everything."""


def matches(alert: Alert, matchers: Iterable[Matcher]) -> bool:
    """True when every matcher holds."""
    return all(_holds(one, _values(alert, one.name)) for one in matchers)


def matches_any(alert: Alert, groups: Iterable[Iterable[Matcher]]) -> bool:
    """True when all matchers of at least one group hold."""
    return any(matches(alert, group) for group in groups)


def words(matchers: Iterable[Matcher]) -> str:
    """The matchers as a person would write them."""
    return ", ".join(f"{one.name}{_sign(one)}{one.value}" for one in matchers)


def _sign(matcher: Matcher) -> str:
    if matcher.is_regex:
        return "=~" if matcher.is_equal else "!~"
    return "=" if matcher.is_equal else "!="


def _values(alert: Alert, name: str) -> tuple[str, ...]:
    """What the alert says under that name: our own field, the vendor's label, or both. Absent counts as empty."""
    own = str(getattr(alert, name)) if name in _FIELDS else ""
    found = tuple(dict.fromkeys(value for value in (own, alert.labels.get(name, "")) if value))
    return found or ("",)


def _holds(matcher: Matcher, values: tuple[str, ...]) -> bool:
    return any(_equals(matcher, value) for value in values) == matcher.is_equal


def _equals(matcher: Matcher, value: str) -> bool:
    return compiled(matcher.value).fullmatch(value) if matcher.is_regex else matcher.value == value
