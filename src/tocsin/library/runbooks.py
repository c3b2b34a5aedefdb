"""The shelf: Markdown files people wrote, read into Runbooks. It is what a fix is chosen from.

Called by `app` (once, at start) and the CLI. Reads files and runs nothing. A file that is not as it should be raises
errors.DataError with the file, the line and the path of the mistake.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from tocsin.errors import DataError, NotFound
from tocsin.library import markdown
from tocsin.library.git import GitRunbooks, pages
from tocsin.library.runbook import Runbook
from tocsin.library.search import Index, Page, index_of
from tocsin.library.steps import Manual, Purpose, RunbookStep
from tocsin.model.action import Risk
from tocsin.model.ground import Value
from tocsin.model.quick_yaml import LOADER

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
    git: GitRunbooks | None = None
    """Read between the built-in shelf and the folders."""


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
        return index_of(tuple(page_of(runbook) for runbook in self))


def open_shelf(settings: RunbookSettings) -> Shelf:
    """Everything that is configured: built-in runbooks, then those of Git, then those of folders. Raises DataError."""
    return _shelved((_read_git(settings.git) if settings.git else {}), settings.folders)


def load_shelf(folders: Sequence[str | Path] = ()) -> Shelf:
    """The built-in runbooks, then those of `folders` in order; a later one replaces an earlier one of the same id.

    Raises DataError for a folder that is not there, a file that is wrong, or an id used twice in one folder.
    """
    return _shelved({}, folders)


def _shelved(fetched: Mapping[str, Runbook], folders: Sequence[str | Path]) -> Shelf:
    with as_file(files("tocsin.library").joinpath("shelf")) as built_in:
        found = {**_read_folder(built_in), **fetched}
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


@lru_cache(maxsize=1000)
def parse_runbook(text: str, origin: str, name: str = "") -> Runbook:
    """A Markdown text as a Runbook; the same text is read once. Raises DataError.

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
    paths = sorted(folder.rglob("*.md"))
    return _by_id(read_runbook(path, str(path.relative_to(folder).with_suffix(""))) for path in paths)


def _read_git(source: GitRunbooks) -> dict[str, Runbook]:
    return _by_id(parse_runbook(page.text, page.origin, page.path.removesuffix(".md")) for page in pages(source))


def _by_id(runbooks: Iterable[Runbook]) -> dict[str, Runbook]:
    """Raises DataError when two of one place have the same id."""
    found: dict[str, Runbook] = {}
    for runbook in runbooks:
        if runbook.id in found:
            where = found[runbook.id].origin
            raise DataError(
                f"{runbook.origin}: the id {runbook.id} is already used by {where}.", "Give one another id."
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
        data = yaml.load(text, Loader=LOADER)  # noqa: S506 - always one of the two safe loaders
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
    node, line = yaml.compose(text, Loader=LOADER), 0
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
