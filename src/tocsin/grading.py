"""Grading: a suite of alerts with weighted criteria, played through the whole response and scored. Called by `tocsin eval`.

It knows nothing of how a report is made: `respond` is handed in. A criterion looks at the report alone, never at the code.
"""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from math import isclose
from pathlib import Path
from typing import Any, Literal

import jmespath
import yaml
from jmespath.exceptions import JMESPathError
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from tocsin.errors import DataError

Respond = Callable[[str | bytes, Path | None, dict[str, Any] | None], Awaitable[dict[str, Any]]]
"""The response as grading sees it: the alert (text, or a payload's bytes), an evidence folder, catalogue overrides; a report."""
CHECKS = ("equals", "any_of", "matches", "contains_all", "contains_any", "not_matches", "expected")
ABOUT_ONE = 1e-6
SEEN_CHARACTERS = 400


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Criterion(_Strict):
    """One weighted check of the report: at `path` ("" is the whole of it), exactly one of the checks."""

    kind: Literal["output_match"] = "output_match"
    weight: float = Field(gt=0, le=1)
    text: str = ""
    path: str = ""
    equals: str | float | None = None
    any_of: tuple[str | float, ...] | None = None
    matches: str | None = None
    contains_all: tuple[str, ...] | None = None
    contains_any: tuple[str, ...] | None = None
    not_matches: str | None = None
    expected: tuple[str | tuple[str, ...], ...] | None = None
    """The loose form: every entry must be found; a list is alternatives, so is `one|other`."""

    @model_validator(mode="before")
    @classmethod
    def _loose(cls, given: Any) -> Any:  # noqa: ANN401 - whatever the YAML holds
        """A single phrase may stand where a list is meant; a criterion may be just `output_match: [...]`."""
        if not isinstance(given, dict):
            return given
        given = dict(given)
        if "output_match" in given:
            given["expected"] = given.pop("output_match")
        for name in ("expected", "contains_all", "contains_any", "any_of"):
            if isinstance(given.get(name), str):
                given[name] = [given[name]]
        return given

    @model_validator(mode="after")
    def _one_check(self) -> "Criterion":
        given = [name for name in CHECKS if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one of {', '.join(CHECKS)}; found {', '.join(given) or 'none'}")
        return self

    @field_validator("matches", "not_matches")
    @classmethod
    def _is_a_pattern(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as mistake:
            raise ValueError(f"not a regular expression: {mistake}") from mistake
        return pattern

    @field_validator("path")
    @classmethod
    def _is_a_path(cls, path: str) -> str:
        try:
            jmespath.compile(path or "@")
        except JMESPathError as mistake:
            raise ValueError(f"not a path into the report: {mistake}") from mistake
        return path


class Case(_Strict):
    """One alert and what its report must say. Weights of the criteria sum to 1."""

    name: str
    alert: str = ""
    payload: Path | None = None
    evidence: Path | None = None
    catalogue: dict[str, Any] | None = None
    criteria: tuple[Criterion, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> "Case":
        if bool(self.alert) == bool(self.payload):
            raise ValueError("give exactly one of `alert` (its text) and `payload` (a file)")
        total = sum(criterion.weight for criterion in self.criteria)
        if not isclose(total, 1.0, abs_tol=ABOUT_ONE):
            raise ValueError(f"the weights of its criteria sum to {total:g}, not to 1")
        return self


class Suite(_Strict):
    """Cases under one name. Files in it are relative to `folder`, where the suite lies."""

    name: str
    cases: tuple[Case, ...] = Field(min_length=1)
    folder: Path = Path()

    @model_validator(mode="after")
    def _different_names(self) -> "Suite":
        names = [case.name for case in self.cases]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two cases are called {twice[0]!r}")
        return self


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """Whether one criterion was met, and what stood at its place in the report (shortened)."""

    text: str
    weight: float
    passed: bool
    seen: str


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case: the sum of the weights of the criteria that were met, 0 to 1."""

    name: str
    score: float
    criteria: tuple[CriterionResult, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """A graded suite; its score is the mean of its cases."""

    suite: str
    score: float
    cases: tuple[CaseResult, ...]

    def as_dict(self) -> dict[str, Any]:
        """The JSON of `tocsin eval --json`."""
        return asdict(self)

    def table(self) -> str:
        """For people: one line per case, and under it what was not met."""
        width = max(len(case.name) for case in self.cases)
        lines = [f"{self.suite}: {self.score:.3f}"]
        for case in self.cases:
            lines.append(f"  {case.name:<{width}}  {case.score:.2f}")
            lines += [
                f"      missed {one.weight:g}: {one.text} (saw {one.seen})" for one in case.criteria if not one.passed
            ]
        return "\n".join(lines)


def load_suite(path: str | Path) -> Suite:
    """The suite in a YAML file. Raises DataError with the file and the place in it that is wrong."""
    where = Path(path)
    try:
        data = yaml.safe_load(where.read_text(encoding="utf-8"))
    except OSError as failure:
        raise DataError(f"cannot read {where}: {failure.strerror}.", "Give the file of a suite.") from failure
    except (yaml.YAMLError, UnicodeDecodeError) as failure:
        raise DataError(f"{where} is not YAML: {failure}.", "Correct the file.") from failure
    if not isinstance(data, dict):
        raise DataError(f"{where}: a suite is a mapping with `name` and `cases`.", "See docs/grading.md.")
    try:
        suite = Suite.model_validate({"name": where.stem, **data, "folder": where.parent})
    except ValidationError as mistake:
        raise DataError(f"{where}: {_plain(mistake.errors()[0])}", "See docs/grading.md.") from mistake
    _check_files(suite, where)
    return suite


async def grade(suite: Suite, respond: Respond) -> Result:
    """Responds to each case in turn and scores its report."""
    cases = []
    for case in suite.cases:
        evidence = suite.folder / case.evidence if case.evidence else None
        report = await respond(_alert(suite, case), evidence, case.catalogue)
        cases.append(_judge(case, report))
    score = sum(case.score for case in cases) / len(cases)
    return Result(suite.name, round(score, 6), tuple(cases))


def _alert(suite: Suite, case: Case) -> str | bytes:
    return (suite.folder / case.payload).read_bytes() if case.payload else case.alert


def _judge(case: Case, report: dict[str, Any]) -> CaseResult:
    judged = tuple(_judge_one(criterion, report) for criterion in case.criteria)
    return CaseResult(case.name, round(sum(one.weight for one in judged if one.passed), 6), judged)


def _judge_one(criterion: Criterion, report: dict[str, Any]) -> CriterionResult:
    found = jmespath.search(criterion.path, report) if criterion.path else report
    seen = as_text(found)
    text = criterion.text or _described(criterion)
    return CriterionResult(
        text, criterion.weight, _met(criterion, found, seen), " ".join(seen.split())[:SEEN_CHARACTERS]
    )


def _met(criterion: Criterion, found: object, seen: str) -> bool:
    """Words are compared without regard to case; patterns search the text at the path."""
    low = seen.lower()
    if criterion.equals is not None:
        return _same(criterion.equals, found)
    if criterion.any_of is not None:
        return any(_same(one, found) for one in criterion.any_of)
    if criterion.matches is not None:
        return re.search(criterion.matches, seen, re.IGNORECASE) is not None
    if criterion.not_matches is not None:
        return re.search(criterion.not_matches, seen, re.IGNORECASE) is None
    if criterion.contains_all is not None:
        return all(one.lower() in low for one in criterion.contains_all)
    if criterion.contains_any is not None:
        return any(one.lower() in low for one in criterion.contains_any)
    return all(any(one.strip().lower() in low for one in _alternatives(entry)) for entry in criterion.expected or ())


def _alternatives(entry: str | tuple[str, ...]) -> tuple[str, ...]:
    return tuple(entry.split("|")) if isinstance(entry, str) else entry


def _same(wanted: str | float, found: object) -> bool:
    """Equal, words without regard to case. An absent value equals nothing, an empty one equals ""."""
    if isinstance(wanted, str) and isinstance(found, str):
        return wanted.strip().lower() == found.strip().lower()
    return wanted == found


def as_text(found: object) -> str:
    """Whatever stands in the report, as text to search: the strings in it, one to a line, in order."""
    if isinstance(found, str):
        return found
    if isinstance(found, dict):
        return "\n".join(as_text(value) for value in found.values())
    if isinstance(found, list):
        return "\n".join(as_text(value) for value in found)
    return "" if found is None else json.dumps(found)


def _described(criterion: Criterion) -> str:
    """What a criterion without a text checks, in its own terms."""
    check = next(name for name in CHECKS if getattr(criterion, name) is not None)
    return f"{criterion.path or 'report'} {check} {getattr(criterion, check)!r}"


def _plain(error: ErrorDetails) -> str:
    """`cases[2].criteria[0].weight: what is wrong`."""
    path = ""
    for part in error["loc"]:
        path += f"[{part}]" if isinstance(part, int) else f".{part}"
    said = "no such key" if error["type"] == "extra_forbidden" else error["msg"].removeprefix("Value error, ")
    return f"{path.lstrip('.')}: {said}." if path else f"{said}."


def _check_files(suite: Suite, where: Path) -> None:
    for number, case in enumerate(suite.cases):
        if case.payload and not (suite.folder / case.payload).is_file():
            raise DataError(f"{where}: cases[{number}].payload: there is no file {case.payload}.", "Correct the path.")
        if case.evidence and not (suite.folder / case.evidence).is_dir():
            raise DataError(
                f"{where}: cases[{number}].evidence: there is no folder {case.evidence}.", "Correct the path."
            )
