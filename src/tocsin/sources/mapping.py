"""Any other JSON, read by expressions from the configuration: section `mappings`, name -> JMESPath for each part of an alert.

A mapping is a Source like a vendor's. `when` lets `auto` recognise it; without it the mapping is used only by name.
"""

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field, RootModel

from tocsin.errors import Unreadable
from tocsin.model.alert import Alert, AlertSeverity, Delivery
from tocsin.model.ground import Value
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.scales import by_word
from tocsin.sources.reading.times import moment
from tocsin.sources.reading.vendor import Found, Posting, build, open_posting, unreadable
from tocsin.sources.reading.words import words


def _compiles(expression: str) -> str:
    import jmespath  # heavy, and needed only where a mapping is

    if expression:
        try:
            jmespath.compile(expression)
        except jmespath.exceptions.JMESPathError as mistake:
            raise ValueError(f"not a JMESPath expression: {str(mistake).splitlines()[0]}") from mistake
    return expression


Expression = Annotated[str, AfterValidator(_compiles)]


class Mapping(Value):
    """Where each part of an alert is in one sender's JSON. Only `title` must be there; `list` leads to many alerts."""

    when: Expression = ""
    list: Expression = ""
    title: Expression
    description: Expression = ""
    status: Expression = ""
    severity: Expression = ""
    service: Expression = ""
    environment: Expression = ""
    starts_at: Expression = ""
    ends_at: Expression = ""
    fingerprint: Expression = ""
    labels: Expression = ""
    links: Expression = ""
    timezone: str = "UTC"
    """For times that name no zone."""
    statuses: dict[str, str] = Field(default_factory=dict)
    """The sender's status word -> `firing` or `resolved`."""
    severities: dict[str, AlertSeverity] = Field(default_factory=dict)
    """The sender's severity word or number, as text -> the common scale."""


class Mappings(RootModel[dict[str, Mapping]]):
    """The section `mappings`."""

    root: dict[str, Mapping] = Field(default_factory=dict)


class MappedSource:
    """A Source made of a mapping."""

    def __init__(self, name: str, mapping: Mapping) -> None:
        self.name = name
        self._mapping = mapping

    def recognises(self, delivery: Delivery) -> bool:
        """True when `when` holds. Raises IntakeError for a body that is no payload."""
        posting = open_posting(delivery)
        return bool(self._mapping.when and _search(self._mapping.when, posting.root.raw))

    def parse(self, delivery: Delivery) -> tuple[Alert, ...]:
        """The alerts at the mapping's places. Raises IntakeError."""
        return build(self.name, self._read(open_posting(delivery)), delivery)

    def _read(self, posting: Posting) -> Iterator[Found]:
        rows = [posting.root]
        if self._mapping.list:
            listed = _search(self._mapping.list, posting.root.raw)
            if not isinstance(listed, list):
                raise unreadable(self.name, f"`{self._mapping.list}` leads to no list")
            rows = [Node(row) for row in listed]
        return (self._one(row.raw) for row in rows)

    def _one(self, row: object) -> Found:
        rules = self._mapping
        title, status, severity = (words(_search(at, row)) for at in (rules.title, rules.status, rules.severity))
        return Found(
            key=(words(_search(rules.fingerprint, row)) or title,),
            title=title,
            description=_search(rules.description, row),
            status=rules.statuses.get(status, status),
            severity=rules.severities.get(severity) or by_word(severity),
            vendor_severity=severity,
            service=_search(rules.service, row),
            environment=_search(rules.environment, row),
            starts_at=moment(_search(rules.starts_at, row), rules.timezone),
            ends_at=moment(_search(rules.ends_at, row), rules.timezone),
            labels=Node(_search(rules.labels, row)).labels(),
            links=tuple(("source", url) for url in Node(_search(rules.links, row)).texts()),
        )


def _search(expression: str, data: object) -> object:
    import jmespath

    if not expression:
        return None
    try:
        found: object = jmespath.search(expression, data)
    except (jmespath.exceptions.JMESPathError, TypeError, ValueError, ArithmeticError, AttributeError) as mistake:
        raise Unreadable(
            f"The mapping's expression `{expression}` does not fit the body: {mistake}.", "Correct the mapping."
        ) from mistake
    return found
