"""incident.io: an incident was created or updated; the incident is under the name of its event type."""

from collections.abc import Iterator

from tocsin.sources.reading.fields import Fields
from tocsin.sources.reading.node import Node
from tocsin.sources.reading.vendor import Found, Posting, Vendor, unreadable

_FIELDS = Fields(
    title="name title",
    key="id",
    description="summary description",
    status="incident_status.category status.category status",
    over=("closed", "resolved", "post_incident", "canceled", "declined"),
    severity="severity.name severity",
    starts_at="created_at reported_at",
    ends_at="updated_at",
    labels="reference incident_type.name visibility",
    links="permalink url",
)


def recognise(posting: Posting) -> bool:
    """An event type that is a key of the same object."""
    kind = posting.root.text("event_type")
    return "." in kind and posting.root.has(kind)


def read(posting: Posting) -> Iterator[Found]:
    """One incident; events about anything else carry no state."""
    kind = posting.root.text("event_type")
    if not kind:
        raise unreadable("incident.io", "it has no `event_type`")
    event = posting.root.at(kind)
    incident = (
        event.at("incident")
        if event.has("incident")
        else event.at("new_incident")
        if event.has("new_incident")
        else event
    )
    if Node(incident.raw).has_any("name", "title"):
        yield _FIELDS.found(incident)


SOURCE = Vendor("incidentio", recognise, read)
