"""Runbooks: Markdown files people wrote, read into typed values. The shelf of them is what a fix is chosen from.

Called by `app` (once, at start) and the CLI. Reads files and runs nothing. A file that is not as it should be raises
errors.DataError with the file, the line and the path of the mistake.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import yaml
from pydantic import BaseModel, Field, ValidationError, model_validator

from tocsin.errors import DataError, NotFound
from tocsin.library import markdown
from tocsin.library.search import Index, Page
from tocsin.library.steps import Duration, Manual, Name, Probe, Purpose, Risk, RunbookStep, Sentence, slots_of_probe
from tocsin.model.ground import IncidentType, Value

_Loader: type[Any] = getattr(
    yaml, "CSafeLoader", yaml.SafeLoader
)  # the C loader is ten times faster; not everywhere built
M = TypeVar("M", bound=BaseModel)
_STEP = "yaml step"
_OUR_KEYS = {"id", "match", "parameters", "preconditions", "risk"}
_WIKI_STEPS = (
    "fix",
    "mitigat",
    "resol",
    "remed",
    "procedure",
    "step",
    "action",
    "diagnos",
    "check",
    "troubleshoot",
    "how",
)


class RunbookSettings(Value):
    """The section `runbooks:` of the configuration."""

    folders: tuple[str, ...] = ()
    """Read after the built-in shelf, in order; a later runbook replaces an earlier one of the same id."""


class ParameterType(StrEnum):
    """What a slot may hold. The executor checks the value against it before anything runs."""

    INTEGER = "integer"
    IDENTIFIER = "identifier"
    HOST = "host"
    PORT = "port"
    IP = "ip"
    URL = "url"
    PATH = "path"
    SERVICE = "service"
    DATABASE = "database"
    DEPLOYMENT = "deployment"
    POD = "pod"
    NODE = "node"
    NAMESPACE = "namespace"
    ACCOUNT = "account"
    VERSION = "version"
    QUANTITY = "quantity"
    QUEUE = "queue"


class Parameter(Value):
    """A slot: its type, and where its value comes from."""

    type: ParameterType
    origin: str = Field(alias="from", pattern=r"^(alert|incident|catalogue|step|evidence|person)(\.[a-z][a-z0-9_]*)*$")
    """`alert.labels.pod`, `incident.service`, `catalogue.waf`, `step.find_long_queries`, `evidence.logs` or `person`."""
    about: str = ""


class Match(Value):
    """When this runbook is the right one: cause codes of the diagnosis, words of the alert, names of services."""

    causes: tuple[Name, ...] = ()
    terms: tuple[str, ...] = ()
    services: tuple[str, ...] = ()


class Runbook(Value):
    """One runbook. `sections` is its prose, heading by heading; `origin` is the file it was read from.

    `reviewed` is False for a plain wiki page: it has no typed steps, so every step is a person's.
    """

    id: Name
    title: Sentence
    version: int = Field(default=1, ge=1)
    types: tuple[IncidentType, ...] = ()
    match: Match = Match()
    risk: Risk
    estimated_time: Duration | None = None
    parameters: dict[Name, Parameter] = Field(default_factory=dict)
    preconditions: tuple[Probe, ...] = ()
    needs: tuple[str, ...] = ()
    steps: tuple[RunbookStep, ...] = ()
    sections: tuple[tuple[str, str], ...] = ()
    origin: str = ""
    reviewed: bool = True

    @model_validator(mode="after")
    def _holds_together(self) -> "Runbook":
        for check in (_names_are_unique, _mitigations_come_first, _risk_is_the_highest, _slots_are_declared):
            check(self)
        return self

    def section(self, title: str) -> str:
        """The prose under that heading, or ""."""
        return next((text for heading, text in self.sections if heading.lower() == title.lower()), "")


def _names_are_unique(runbook: Runbook) -> None:
    names = [step.name for step in runbook.steps]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"step names must differ: {', '.join(twice)} is used twice")


def _mitigations_come_first(runbook: Runbook) -> None:
    fixing = ""
    for step in runbook.steps:
        if step.purpose is Purpose.FIX:
            fixing = step.name
        elif step.purpose is Purpose.MITIGATE and fixing:
            raise ValueError(f"mitigations come before fixes: move step {step.name} before {fixing}")


def _risk_is_the_highest(runbook: Runbook) -> None:
    highest = max((step.risk for step in runbook.steps), key=lambda risk: risk.rank, default=Risk.READ)
    if highest is not runbook.risk:
        raise ValueError(f"risk is {runbook.risk}, but its most dangerous step is {highest}")


def _slots_are_declared(runbook: Runbook) -> None:
    if not runbook.reviewed:
        return
    used = {name for step in runbook.steps for name in step.slots()}
    used |= {name for probe in runbook.preconditions for name in slots_of_probe(probe)}
    if used - set(runbook.parameters):
        raise ValueError(f"declare these slots under parameters: {', '.join(sorted(used - set(runbook.parameters)))}")
    if set(runbook.parameters) - used:
        raise ValueError(f"no step uses these parameters: {', '.join(sorted(set(runbook.parameters) - used))}")
    steps = {step.name for step in runbook.steps}
    for name, parameter in runbook.parameters.items():
        kind, _, rest = parameter.origin.partition(".")
        if kind == "step" and rest.split(".")[0] not in steps:
            raise ValueError(f"parameter {name} comes from {parameter.origin}, and there is no such step")


class Shelf:
    """All runbooks by id, with the index over them. Built once, then only read."""

    def __init__(self, runbooks: Iterable[Runbook]) -> None:
        self._by_id = {runbook.id: runbook for runbook in runbooks}

    def __iter__(self) -> Iterator[Runbook]:
        """In order of id."""
        return iter(sorted(self._by_id.values(), key=lambda runbook: runbook.id))

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, runbook_id: str) -> Runbook:
        """The runbook of that id. Raises NotFound."""
        if runbook_id not in self._by_id:
            raise NotFound(f"There is no runbook {runbook_id!r}.", "List those on the shelf to see their ids.")
        return self._by_id[runbook_id]

    def for_cause(self, cause: str) -> tuple[Runbook, ...]:
        """Those written for that cause code, the most specific (fewest causes) first."""
        fitting = [runbook for runbook in self if cause in runbook.match.causes]
        return tuple(sorted(fitting, key=lambda runbook: len(runbook.match.causes)))

    @cached_property
    def index(self) -> Index:
        """The search over all of them, built when first asked."""
        return Index([page_of(runbook) for runbook in self])


def load_shelf(folders: Sequence[str | Path] = ()) -> Shelf:
    """The built-in runbooks, then those of `folders` in order; a later one replaces an earlier one of the same id.

    Raises DataError for a folder that is not there, a file that is wrong, or an id used twice in one folder.
    """
    with as_file(files("tocsin.library").joinpath("shelf")) as built_in:
        found = {**_read_folder(built_in)}
    for folder in folders:
        found.update(_read_folder(Path(folder)))
    return Shelf(found.values())


def read_runbook(path: Path, name: str = "") -> Runbook:
    """One file as a Runbook, see `parse_runbook`. Raises DataError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as failure:
        raise DataError(f"{path}: cannot be read: {failure}.", "Give a readable UTF-8 Markdown file.") from failure
    return parse_runbook(text, str(path), name)


def parse_runbook(text: str, origin: str, name: str = "") -> Runbook:
    """A Markdown text as a Runbook. Raises DataError.

    With our front matter or a typed step in it, it must be right in every field. Anything else is a plain page whose lists
    and code become manual steps, under an id made from `name` (the path inside its folder).
    """
    document = markdown.parse(text)
    if _is_typed(document):
        return _typed(document, origin)
    return _plain(document, origin, name or Path(origin).stem)


def page_of(runbook: Runbook) -> Page:
    """What the search reads of a runbook."""
    match = runbook.match
    causes = " ".join(cause.replace("_", " ") for cause in match.causes)
    headings = "\n".join((runbook.title, *match.terms, causes))
    if not runbook.reviewed:
        headings = "\n".join((runbook.title, *(heading for heading, _ in runbook.sections)))
    steps = "\n".join(f"{step.text} {step.command}" for step in runbook.steps)
    prose = tuple(f"{heading}\n{text}" for heading, text in runbook.sections)
    passages = (*prose, steps) if runbook.reviewed else prose
    return Page(runbook.id, headings, passages, frozenset(runbook.types), frozenset(match.services))


def _read_folder(folder: Path) -> dict[str, Runbook]:
    if not folder.is_dir():
        raise DataError(f"{folder}: there is no such folder of runbooks.", "Correct `runbooks.folders`.")
    found: dict[str, Runbook] = {}
    for path in sorted(folder.rglob("*.md")):
        runbook = read_runbook(path, str(path.relative_to(folder).with_suffix("")))
        if runbook.id in found:
            raise DataError(
                f"{path}: the id {runbook.id} is already used by {found[runbook.id].origin}.", "Give one another id."
            )
        found[runbook.id] = runbook
    return found


def _is_typed(document: markdown.Document) -> bool:
    """Ours, by a key that only our front matter has or by a typed step; other tools write front matter too."""
    keys = {line.split(":", 1)[0].strip() for line in document.front.splitlines() if not line[:1].isspace()}
    return bool(keys & _OUR_KEYS) or any(block.language == _STEP for part in document.sections for block in part.blocks)


def _typed(document: markdown.Document, origin: str) -> Runbook:
    front = _yaml(document.front, document.front_line, origin)
    blocks = [block for section in document.sections for block in section.blocks if block.language == _STEP]
    steps = tuple(
        _model(RunbookStep, _yaml(block.text, block.line, origin), block.text, block.line, origin, f"steps[{number}]")
        for number, block in enumerate(blocks)
    )
    prose = tuple((part.title, part.prose) for part in document.sections if part.title)
    data = {**front, "steps": steps, "sections": prose, "origin": origin}
    return _model(Runbook, data, document.front, document.front_line, origin, "")


def _plain(document: markdown.Document, origin: str, name: str) -> Runbook:
    """A wiki page: its lists and code become steps for a person, each as risky as an unread step may be."""
    title = document.title or name
    acting = [part for part in document.sections if any(word in part.title.lower() for word in _WIKI_STEPS)]
    items = [item for part in acting or document.sections for item in part.items]
    steps = tuple(_manual_step(number, item) for number, item in enumerate(items))
    front = (("", document.front),) if document.front else ()
    prose = (*front, *((part.title, part.text) for part in document.sections if part.title or part.text))
    risk = Risk.DISRUPTIVE if steps else Risk.READ
    return Runbook(
        id=_identifier(name),
        title=title if len(title) >= 3 else f"Runbook {title}",
        risk=risk,
        steps=steps,
        sections=prose,
        origin=origin,
        reviewed=False,
    )


def _manual_step(number: int, item: markdown.Item) -> RunbookStep:
    return RunbookStep(
        name=f"step_{number + 1}",
        text=item.text if len(item.text) >= 3 else f"Run this: {item.text}".rstrip(),
        purpose=Purpose.CHECK,
        risk=Risk.DISRUPTIVE,
        run=Manual(executor="manual", command=item.code),
        no_verify="this page declares no verification; the person who does it looks",
        no_rollback="this page declares no rollback",
    )


def _identifier(stem: str) -> str:
    """A file name as a snake_case id."""
    plain = "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in stem.lower())
    plain = "_".join(part for part in plain.split("_") if part)
    return plain if plain[:1].isalpha() else f"page_{plain}".rstrip("_")


def _yaml(text: str, line: int, origin: str) -> dict[str, Any]:
    """A YAML mapping inside a Markdown file; `line` is where it starts there."""
    try:
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 - always one of the two safe loaders
    except yaml.YAMLError as failure:
        mark = getattr(failure, "problem_mark", None)
        at = line + (mark.line if mark else 0)
        _refuse(origin, at, f"not YAML: {getattr(failure, 'problem', failure)}", failure)
    if not isinstance(data, dict):
        _refuse(origin, line, "a mapping of names to values is expected here", None)
    return data


def _model(model: type[M], data: Mapping[str, Any], text: str, line: int, origin: str, path: str) -> M:
    """`data` as `model`; the first mistake is reported with its line in the Markdown file and its path."""
    try:
        return model.model_validate(data)
    except ValidationError as mistake:
        first = mistake.errors()[0]
        where = tuple(part for part in first["loc"] if part not in ("sql", "http", "command", "kubernetes", "manual"))
        spelled = path
        for part in where:
            spelled += f"[{part}]" if isinstance(part, int) else f".{part}"
        message = first["msg"].removeprefix("Value error, ")
        at = line + _line_within(text, where)
        _refuse(origin, at, f"{spelled.lstrip('.') or 'the runbook'}: {message}", mistake)


def _line_within(text: str, where: Sequence[int | str]) -> int:
    """How many lines below its start a YAML text holds the value at that path; the nearest parent when it is absent."""
    node, line = yaml.compose(text, Loader=_Loader), 0
    for part in where:
        if isinstance(node, yaml.MappingNode):
            pairs = {key.value: (key, value) for key, value in node.value}
            if part not in pairs:
                return line
            line, node = pairs[part][0].start_mark.line, pairs[part][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line
        else:
            return line
    return line


def _refuse(origin: str, line: int, what: str, cause: Exception | None) -> NoReturn:
    raise DataError(
        f"{origin}:{line}: {what}.", "Correct the file; docs/runbooks.md describes the format.", code="TCS-DATA-RUNBOOK"
    ) from cause
