"""For vendors whose payload is one object with fixed fields: a table of where each part is, instead of a function.

A place is a dotted path (`data.attributes.name`); of several places the first that says something is taken.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tocsin.model.alert import AlertSeverity, AlertStatus
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.scales import by_word, plain, status_of
from tocsin.sources.reading.vendor import Found, Posting, Vendor, headline, unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """Where the parts of an alert are. `over` are the status words that end it; () leaves that to the common words."""

    title: str
    key: str
    description: str = ""
    status: str = ""
    over: tuple[str, ...] = ()
    severity: str = ""
    grade: Callable[[str], AlertSeverity] = by_word
    service: str = ""
    environment: str = ""
    starts_at: str = ""
    ends_at: str = ""
    labels: str = ""
    links: str = ""
    headline: str = ""
    """A second part for the title, such as the summary of a rule."""

    def found(self, root: Node) -> Found:
        """Reads one object."""
        state, word = pick(root, self.status), pick(root, self.severity)
        over = plain(state) in self.over if self.over else bool(state) and status_of(state) is AlertStatus.RESOLVED
        started, ended = _time(root, self.starts_at), _time(root, self.ends_at)
        return Found(
            key=tuple(filter(None, (place(root, path).text() for path in self.key.split()))),
            title=headline(pick(root, self.title), pick(root, self.headline)),
            description=pick(root, self.description),
            status=AlertStatus.RESOLVED if over else AlertStatus.FIRING,
            severity=self.grade(word) if word else AlertSeverity.UNKNOWN,
            vendor_severity=word,
            service=pick(root, self.service),
            environment=pick(root, self.environment),
            starts_at=started,
            ends_at=ended if over else None,
            labels=_labels(root, self.labels, state),
            links=tuple(("source", place(root, path).text()) for path in self.links.split()),
        )


def vendor(
    name: str, recognise: Callable[[Posting], bool], fields: Fields, rows: str = "", lower: bool = False
) -> Vendor:
    """A Source from a table. `rows` is the place of a list of alerts; `lower` reads keys without case and punctuation."""

    def read(posting: Posting) -> Iterator[Found]:
        root = posting.root.lowered() if lower else posting.root
        listed = place(root, rows).rows() if rows else root.rows()
        if not listed:
            raise unreadable(name, f"it has no `{rows}`" if rows else "it is no JSON object")
        yield from (fields.found(row) for row in listed)

    def recognises(posting: Posting) -> bool:
        return recognise(Posting(posting.root.lowered(), posting.headers, posting.received_at) if lower else posting)

    return Vendor(name, recognises, read)


def place(root: Node, path: str) -> Node:
    """The place of a dotted path."""
    return root.at(*path.split("."))


def pick(root: Node, paths: str) -> str:
    """The first of these places that says anything; a list says its elements."""
    return next(filter(None, (", ".join(place(root, path).texts()) for path in paths.split())), "")


def _time(root: Node, paths: str) -> object:
    return next(filter(None, (place(root, path).time() for path in paths.split())), None)


def _labels(root: Node, paths: str, state: str) -> dict[str, str]:
    found: dict[str, str] = {"vendor_status": state}
    for path in paths.split():
        found |= _spread(place(root, path), path.rpartition(".")[2])
    return found


def _spread(node: Node, name: str) -> dict[str, str]:
    is_tree = isinstance(node.raw, dict | list)
    return node.labels() if is_tree else {name: node.text()}


def any_key(*names: str) -> Callable[[Posting], bool]:
    """Recognises a payload with at least one of these keys."""
    return lambda posting: posting.root.has_any(*names)


def all_keys(*names: str) -> Callable[[Posting], bool]:
    """Recognises a payload with all of these places."""
    return lambda posting: all(_present(posting.root, name) for name in names)


def _present(root: Node, path: str) -> bool:
    above, _, last = path.rpartition(".")
    return (place(root, above) if above else root).has(last)


def words_of(table: dict[AlertSeverity, Iterable[str]]) -> Callable[[str], AlertSeverity]:
    """A vendor's own words, looked up before the common ones."""
    known = {plain(word): severity for severity, listed in table.items() for word in listed}
    return lambda word: known.get(plain(word)) or by_word(word)
