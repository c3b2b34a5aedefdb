"""A place in a payload that may not exist or may be of the wrong type. Reading from it never fails; it is just empty."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from tocsin.sources.reading.times import moment
from tocsin.sources.reading.words import words

MAX_LABELS = 200
MAX_KEYS = 500
"""No vendor's object has so many; every source looks at a body, so a body of a million keys must stay cheap."""


class Node:
    """Wraps one decoded value. `at` goes down, `text` and `time` read, `rows` and `labels` spread out."""

    __slots__ = ("raw",)

    def __init__(self, raw: object) -> None:
        self.raw = raw

    def at(self, *path: str) -> "Node":
        """The place below, key by key; an empty Node when there is none."""
        here = self.raw
        for key in path:
            here = here.get(key) if isinstance(here, dict) else None
        return Node(here)

    def has(self, *names: str) -> bool:
        """True when this is an object with all of these keys."""
        return isinstance(self.raw, dict) and all(name in self.raw for name in names)

    def has_any(self, *names: str) -> bool:
        """True when this is an object with at least one of these keys."""
        return isinstance(self.raw, dict) and any(name in self.raw for name in names)

    def text(self, *names: str) -> str:
        """The first of these fields that says anything; without names, this very value. Unresolved placeholders say nothing."""
        if not names:
            return words(self.raw)
        return next(filter(None, (words(self.at(name).raw) for name in names)), "")

    def time(self, *names: str, zone: str = "") -> datetime | None:
        """The first of these fields that is a moment."""
        values = (self.at(name).raw for name in names) if names else iter((self.raw,))
        return next(filter(None, (moment(value, zone) for value in values)), None)

    def rows(self) -> list["Node"]:
        """The objects of this list; an object alone counts as a list of one."""
        if isinstance(self.raw, dict):
            return [self]
        return [Node(one) for one in self.raw if isinstance(one, dict)] if isinstance(self.raw, list) else []

    def texts(self) -> list[str]:
        """The scalars of this list, or this scalar alone."""
        values = self.raw if isinstance(self.raw, list) else [self.raw]
        return [text for text in map(words, values) if text]

    def labels(self) -> dict[str, str]:
        """Whatever this is (object, list of pairs, list or line of `key:value`), as flat labels."""
        found: dict[str, str] = {}
        for name, value in _pairs(self.raw):
            if value and len(found) < MAX_LABELS:
                found.setdefault(name[:200], value[:2_000])
        return found

    def lowered(self) -> "Node":
        """The same object with keys in lower case and without punctuation: for vendors whose users name the fields."""
        if not isinstance(self.raw, dict):
            return self
        first = islice(self.raw.items(), MAX_KEYS)
        return Node({"".join(filter(str.isalnum, key.lower())): value for key, value in first})


def _pairs(raw: object, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    if isinstance(raw, dict):
        for key, value in raw.items():
            if isinstance(value, dict) and depth < 3:
                yield from _pairs(value, f"{prefix}{key}.", depth + 1)
            elif isinstance(value, list):
                yield f"{prefix}{key}", ",".join(Node(value).texts())
            else:
                yield f"{prefix}{key}", words(value)
    elif isinstance(raw, list):
        for one in raw:
            yield from _item(one)
    elif isinstance(raw, str):
        for one in words(raw).split(","):
            yield from _item(one.strip())


def _item(one: object) -> Iterator[tuple[str, str]]:
    """One element of a list of labels: `{"key": k, "value": v}`, `"k:v"`, `"k=v"` or a bare tag."""
    if isinstance(one, dict):
        node = Node(one)
        key = node.text("key", "name", "Name", "Key", "tag", "label", "context")
        yield (key, node.text("value", "Value", "stringValue", "val") or _otel(node.at("value"))) if key else ("", "")
        return
    text = words(one)
    cut = min((text.find(mark) for mark in ":=" if mark in text), default=-1)
    yield (text[:cut].strip(), text[cut + 1 :].strip()) if cut > 0 else (text, "true" if text else "")


def _otel(value: Node) -> str:
    """OpenTelemetry spells a value with its type beside it."""
    return value.text("stringValue", "intValue", "doubleValue", "boolValue")
