"""A YAML document that knows where everything stands, so that every mistake is named with file, line and path. Pure."""

from collections.abc import Iterator
from typing import Any, NoReturn

import yaml
from yaml.constructor import SafeConstructor

from tocsin.errors import DataError
from tocsin.model.quick_yaml import LOADER

CODE = "TCS-DATA-PLAYBOOK"
MOST_CHARACTERS = 1_000_000
MOST_DEPTH = 40


class Node:
    """One place in a document. `fields` of a mapping, `items` of a list, `value` of anything as plain Python."""

    def __init__(self, value: Any, file: str, line: int, path: str = "") -> None:  # noqa: ANN401 - YAML holds anything
        self.value = value
        self.file = file
        self.line = line
        self.path = path
        self.fields: dict[str, Node] = {}
        self.items: list[Node] = []

    @property
    def origin(self) -> str:
        """`file:line`."""
        return f"{self.file}:{self.line}"

    def wrong(self, what: str, do: str = "") -> NoReturn:
        """Raises DataError: where, what, and what to do."""
        where = f"{self.origin}: {self.path}: " if self.path else f"{self.origin}: "
        raise DataError(f"{where}{what}", do or "Correct the document.", code=CODE)

    def get(self, name: str) -> "Node | None":
        """That field, when it is there and not null."""
        if self.value is not None and not isinstance(self.value, dict):
            self.wrong("this must be a mapping.")
        found = self.fields.get(name)
        return found if found is not None and found.value is not None else None

    def need(self, name: str) -> "Node":
        """That field. Raises DataError when it is missing."""
        found = self.get(name)
        if found is None:
            self.wrong(f"`{name}` is missing.", f"Add `{name}`.")
        return found

    def text(self, name: str, default: str = "") -> str:
        """A field that holds text; a number or a truth value counts as its spelling."""
        found = self.get(name)
        return default if found is None else found.as_text()

    def as_text(self) -> str:
        """This as text."""
        if isinstance(self.value, dict | list):
            self.wrong("this must be text.")
        if isinstance(self.value, bool):
            return str(self.value).lower()
        return str(self.value)

    def number(self, name: str) -> float | None:
        """A field that holds a number, or None."""
        found = self.get(name)
        if found is None:
            return None
        if isinstance(found.value, bool) or not isinstance(found.value, int | float):
            found.wrong("this must be a number.")
        return float(found.value)

    def whole(self, name: str) -> int | None:
        """A field that holds a whole number, or None."""
        found = self.number(name)
        if found is not None and found != int(found):
            self.need(name).wrong("this must be a whole number.")
        return None if found is None else int(found)

    def flag(self, name: str) -> bool:
        """A field that is true or false; false when it is not there."""
        found = self.get(name)
        if found is not None and not isinstance(found.value, bool):
            found.wrong("this must be true or false.")
        return bool(found and found.value)

    def list(self, name: str) -> "list[Node]":
        """The items of a field that holds a list; empty when it is not there."""
        found = self.get(name)
        if found is not None and not isinstance(found.value, list):
            found.wrong("this must be a list.")
        return found.items if found else []

    def texts(self, name: str) -> tuple[str, ...]:
        """A field that holds a list of texts, or one text."""
        found = self.get(name)
        if found is not None and isinstance(found.value, str):
            return (found.value,)
        return tuple(one.as_text() for one in self.list(name))

    def words(self, name: str) -> dict[str, str]:
        """A field that maps names to texts."""
        found = self.get(name)
        if found is None:
            return {}
        if not isinstance(found.value, dict):
            found.wrong("this must be a mapping of names to text.")
        return {key: one.as_text() for key, one in found.fields.items() if one.value is not None}

    def only(self, known: str, refused: str = "") -> None:
        """Refuses every field but the `known` ones by name; `refused` are those that exist elsewhere and not here."""
        names, elsewhere = known.split(), refused.split()
        for name, field in self.fields.items():
            if name in elsewhere:
                field.wrong(
                    f"tocsin does not support `{name}`.",
                    "Remove it: it would be ignored, and nothing is ignored in silence.",
                )
            if name not in names:
                field.wrong(f"there is no field `{name}` here.", f"Known are: {', '.join(names)}.")

    def one_of(self, name: str, words: tuple[str, ...], default: str) -> str:
        """A field that holds one of some words."""
        found = self.text(name, default)
        if found not in words:
            self.need(name).wrong(f"{found[:60]!r} is none of {', '.join(words)}.")
        return found


def read(text: str, file: str) -> Iterator[Node]:
    """The documents of a YAML text, empty ones left out. Raises DataError with file and line."""
    if len(text) > MOST_CHARACTERS:
        raise DataError(f"{file}: longer than {MOST_CHARACTERS} characters.", "Split the file.", code=CODE)
    try:
        for root in yaml.compose_all(text, LOADER):
            if root is not None:
                yield _node(root, file, "", 0)
    except yaml.YAMLError as failure:
        told = _told_better(text) or failure
        line = getattr(getattr(told, "problem_mark", None), "line", 0) + 1
        problem = getattr(told, "problem", None) or "not YAML"
        raise DataError(f"{file}:{line}: {problem}", "Correct the YAML.", code=CODE) from failure


def _told_better(text: str) -> yaml.YAMLError | None:
    """The same mistake from the slow loader, which names the line that it is on."""
    try:
        list(yaml.compose_all(text, yaml.SafeLoader))
    except yaml.YAMLError as failure:
        return failure
    return None


def _node(raw: yaml.Node, file: str, path: str, depth: int) -> Node:
    line = raw.start_mark.line + 1
    if depth > MOST_DEPTH:
        Node(None, file, line, path[:80]).wrong(f"nested deeper than {MOST_DEPTH}.")
    if isinstance(raw, yaml.MappingNode):
        return _mapping(raw, file, path, depth)
    if isinstance(raw, yaml.SequenceNode):
        made = Node(None, file, line, path)
        made.items = [_node(one, file, f"{path}[{index}]", depth + 1) for index, one in enumerate(raw.value)]
        made.value = [one.value for one in made.items]
        return made
    return Node(_scalar(raw), file, line, path)


def _mapping(raw: yaml.MappingNode, file: str, path: str, depth: int) -> Node:
    made = Node(None, file, raw.start_mark.line + 1, path)
    for key, one in raw.value:
        name = str(getattr(key, "value", ""))
        if name in made.fields:
            Node(None, file, key.start_mark.line + 1, path).wrong(f"`{name}` is there twice.")
        made.fields[name] = _node(one, file, f"{path}.{name}" if path else name, depth + 1)
    made.value = {name: one.value for name, one in made.fields.items()}
    return made


def _scalar(raw: yaml.Node) -> Any:  # noqa: ANN401 - text, number, truth value or nothing
    found = SafeConstructor().construct_object(raw)
    return found if isinstance(found, str | int | float | bool) or found is None else str(raw.value)
