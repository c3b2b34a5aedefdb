"""The severity matrix: rows of conditions over impact facts, the highest matching row wins. Configuration section `severity`.

Pure. The rows are data that a commander edits (see `defaults.yaml`); this module reads and applies them. Called by the router.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from pydantic import Field, field_validator, model_validator

from tocsin.model.ground import Severity, Value
from tocsin.model.triage import FactKind, ImpactFact

Condition = bool | str | tuple[bool | str, ...]
_COMPARISON = re.compile(r"(>=|<=|>|<|=)\s*(\d+(?:\.\d+)?)\s*(%)?")
_NUMERIC = frozenset({FactKind.USERS_AFFECTED, FactKind.REQUESTS_FAILING, FactKind.TIER})
UNKNOWN = "unknown"


class Match(IntEnum):
    """Does a row apply. MAYBE: it leans on an assumption, a suspicion or a vendor's word."""

    NO = 0
    MAYBE = 1
    YES = 2


class Row(Value):
    """One row: all conditions of `when` must hold. A fact is asked for `true`, a word, a list of words, `> 50%` or `unknown`."""

    severity: Severity
    rule: str = Field(min_length=1)
    when: dict[str, Condition]
    unsure: bool = False
    """The row is a judgement of caution: it takes the higher of two levels."""

    @field_validator("when")
    @classmethod
    def _facts_exist(cls, when: dict[str, Condition]) -> dict[str, Condition]:
        known = [str(kind) for kind in FactKind]
        for name, condition in when.items():
            if name not in known:
                raise ValueError(f"no such fact `{name}`; the facts are {', '.join(known)}")
            for one in _alternatives(condition):
                _check(FactKind(name), one)
        return when


class CloseRule(Value):
    """A deterministic reason to close without a response: all of these hold on the alert's labels, never on its words."""

    rule: str = Field(min_length=1)
    fact: Literal["false_positive", "cosmetic"] = "false_positive"
    labels: dict[str, tuple[str, ...]] = Field(min_length=1)
    """Label name -> values of which it has one, whatever the case."""

    def holds(self, labels: Mapping[str, str]) -> bool:
        """True when each named label has one of its values."""
        return all(
            labels.get(name, "").lower() in {one.lower() for one in wanted} for name, wanted in self.labels.items()
        )


class SeveritySettings(Value):
    """Section `severity`: the rows, what is assumed of an unknown fact, and what may close by itself."""

    matrix: tuple[Row, ...] = Field(min_length=1)
    assume: dict[Literal["environment", "tier"], str | int] = Field(default_factory=dict)
    environments: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Name in the matrix -> spellings found in labels. A spelling nobody lists is taken for unknown."""
    close: tuple[CloseRule, ...] = ()
    close_resolved: bool = True
    """Close a SEV4 whose alerts have all resolved."""

    @model_validator(mode="after")
    def _ordered(self) -> "SeveritySettings":
        levels = [row.severity for row in self.matrix]
        if levels != sorted(levels):
            late = next(at for at in range(1, len(levels)) if levels[at] < levels[at - 1])
            raise ValueError(
                f"matrix[{late}] ({levels[late]}) stands below a {levels[late - 1]} row; the highest come first"
            )
        last = self.matrix[-1]
        if last.when:
            raise ValueError(f"the last row, matrix[{len(levels) - 1}], must have `when: {{}}`: it takes the rest")
        return self

    def environment(self, spelling: str) -> str:
        """The matrix's name for an environment as a label spells it; "" when nobody lists it."""
        wanted = spelling.lower()
        return next((name for name, known in self.environments.items() if wanted == name or wanted in known), "")


@dataclass(frozen=True, slots=True)
class Judgement:
    """The row that decided and whether a lower one would have, had nothing been assumed."""

    severity: Severity
    rule: str
    unsure: bool


def judge(
    settings: SeveritySettings, facts: Sequence[ImpactFact], suspected: frozenset[ImpactFact] = frozenset()
) -> Judgement:
    """The highest row that holds. `suspected` are facts the text only suggests; a row that needs one is unsure.

    Adding a fact of harm never lowers the outcome: only `workaround`, `environment`, `tier` and an `unknown` condition can.
    """
    chosen: Row | None = None
    for row in settings.matrix:
        match = _row_match(row, facts, suspected)
        if match is Match.NO:
            continue
        chosen = chosen or row
        if match is Match.YES:
            return Judgement(chosen.severity, chosen.rule, unsure=chosen.severity != row.severity)
    raise AssertionError("the last row takes the rest: SeveritySettings makes sure of it")


def _row_match(row: Row, facts: Sequence[ImpactFact], suspected: frozenset[ImpactFact]) -> Match:
    worst = Match.MAYBE if row.unsure else Match.YES
    for name, condition in row.when.items():
        of_kind = [fact for fact in facts if fact.kind == name]
        best = max(
            (_holds(FactKind(name), one, of_kind, suspected) for one in _alternatives(condition)), default=Match.NO
        )
        worst = min(worst, best)
    return worst


def _holds(
    kind: FactKind, condition: bool | str, facts: Sequence[ImpactFact], suspected: frozenset[ImpactFact]
) -> Match:
    """How surely one condition holds: the best fact speaks."""
    if condition == UNKNOWN:
        return Match.NO if any(fact.origin != "default" for fact in facts) else Match.YES
    if condition is False and not facts and kind is not FactKind.WORKAROUND:
        return Match.YES
    sure = [
        Match.MAYBE if fact in suspected or fact.origin == "default" else Match.YES
        for fact in facts
        if _fits(fact.value, condition)
    ]
    return max(sure, default=Match.NO)


def _fits(value: float | bool | str, condition: bool | str) -> bool:
    if isinstance(condition, bool) or isinstance(value, bool):
        return value is condition
    comparison = _COMPARISON.fullmatch(condition)
    if comparison and not isinstance(value, str):
        return _compares(float(value), comparison)
    return str(value).lower() == condition.lower()


def _compares(value: float, comparison: re.Match[str]) -> bool:
    limit = float(comparison[2]) / (100 if comparison[3] else 1)
    sign = comparison[1]
    return {">": value > limit, ">=": value >= limit, "<": value < limit, "<=": value <= limit, "=": value == limit}[
        sign
    ]


def _alternatives(condition: Condition) -> Iterable[bool | str]:
    return condition if isinstance(condition, tuple) else (condition,)


def _check(kind: FactKind, condition: bool | str) -> None:
    """A number is compared, a word is not. Raises ValueError in words."""
    if condition == UNKNOWN:
        return
    if kind in _NUMERIC and not (isinstance(condition, str) and _COMPARISON.fullmatch(condition)):
        raise ValueError(f"`{kind}` is compared with a number, such as `> 50%` or `<= 1`, not {condition!r}")
    if kind not in _NUMERIC and isinstance(condition, str) and _COMPARISON.fullmatch(condition):
        raise ValueError(f"`{kind}` is not a number; ask for true, false or a word, not {condition!r}")
