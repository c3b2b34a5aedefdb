"""The review as it is shown: the post-mortem with its versions, action items of all incidents. Read by the API and the CLI alike.

Functions over one view of the ledger; they write nothing. A restricted incident is nobody's business who is not on it.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from tocsin.errors import NotFound
from tocsin.model.ground import Severity, Time, Value
from tocsin.model.incident import Incident
from tocsin.model.review import ActionItem
from tocsin.model.state import State
from tocsin.model.update import WordingViolation
from tocsin.ports import Ledger
from tocsin.stages.review import Rules, calendar, text_of, versions
from tocsin.web.paper import as_pdf

_SCAN, _MOST = 200, 10_000
Sees = Callable[[Incident], bool]


class VersionLine(Value):
    """One version: when, by whom, and whether it was generated from the timeline."""

    version: int
    at: Time
    by: str
    generated: bool


class ItemLine(Value):
    """An action item and the incident that it follows from."""

    incident: str
    severity: Severity | None
    id: str
    text: str
    owner: str
    due_at: Time | None
    opened_at: Time | None
    done_at: Time | None
    dropped: str
    overdue: bool
    exported: dict[str, str]


class Items(Value):
    """Action items, the most urgent first."""

    items: tuple[ItemLine, ...]


class PostMortemShown(Value):
    """The post-mortem of an incident: the text of one version, and where its review stands."""

    incident: str
    state: State
    scheduled_at: Time | None
    owner: str
    shown_version: int
    """The version whose text this is."""
    text: str
    version: int
    """The one that stands."""
    newest_version: int
    """What an edit names as its `base`."""
    offered_version: int
    """A newer generated one that nobody has taken; 0: none."""
    approved_version: int
    approved_at: Time | None
    approved_by: str
    blame: tuple[WordingViolation, ...]
    versions: tuple[VersionLine, ...]
    items: tuple[ItemLine, ...]

    @property
    def mark(self) -> str:
        """What stands at the foot of its pages."""
        if self.approved_at and self.shown_version == self.approved_version:
            return f"version {self.shown_version}, approved on {self.approved_at:%Y-%m-%d}"
        return f"version {self.shown_version}, a draft"

    @property
    def written_at(self) -> datetime | None:
        """When that version was written."""
        return next((one.at for one in self.versions if one.version == self.shown_version), None)


def post_mortem_of(ledger: Ledger, incident_id: str, version: int | None, now: datetime, sees: Sees) -> PostMortemShown:
    """Raises NotFound where there is no such incident, no such version, or none yet."""
    incident = known(ledger, incident_id, sees)
    events = ledger.timeline.events(incident_id)
    wanted = version or incident.review.version
    text = text_of(events, wanted)
    if text is None:
        do = "It is written after the all-clear; `tocsin post-mortem regenerate` writes it now."
        raise NotFound(f"there is no post-mortem of {incident_id[:80]!r} in version {wanted}.", do)
    review = incident.review
    same = PostMortemShown.model_fields.keys() & type(review).model_fields.keys() - {"text", "items"}
    return PostMortemShown(
        **{name: getattr(review, name) for name in same},
        incident=incident.id,
        state=incident.state,
        shown_version=wanted,
        text=text,
        versions=tuple(
            VersionLine(version=body.version, at=event.at, by=event.actor, generated=body.generated)
            for event, body in versions(events)
        ),
        items=tuple(item_line(incident, one, now) for one in review.items),
    )


def pdf_of(shown: PostMortemShown) -> bytes:
    """The same on paper."""
    return as_pdf(shown.text, name=shown.incident, mark=shown.mark, at=shown.written_at)


def calendar_of(ledger: Ledger, incident_id: str, rules: Rules, sees: Sees) -> bytes:
    """The calendar entry. Raises NotFound while there is no date."""
    incident = known(ledger, incident_id, sees)
    if incident.review.scheduled_at is None:
        raise NotFound(f"the post-mortem of {incident.id} has no date yet.", "It gets one after the all-clear.")
    return calendar(incident, rules)


def items_of(ledger: Ledger, now: datetime, sees: Sees, *, everything: bool = False, overdue: bool = False) -> Items:
    """Open items of all incidents, or all of them, or the overdue ones; what is due first comes first."""
    found = [
        item_line(incident, one, now)
        for incident in _all(ledger)
        if sees(incident)
        for one in incident.review.items
        if (everything or one.done_at is None) and (not overdue or one.is_overdue(now))
    ]
    found.sort(key=lambda one: (one.done_at is not None, one.due_at or one.opened_at or now, one.incident, one.id))
    return Items(items=tuple(found))


def item_line(incident: Incident, item: ActionItem, now: datetime) -> ItemLine:
    """One item as a line."""
    same = ItemLine.model_fields.keys() & ActionItem.model_fields.keys()
    told = {name: getattr(item, name) for name in same}
    return ItemLine(**told, incident=incident.id, severity=incident.severity, overdue=item.is_overdue(now))


def known(ledger: Ledger, incident_id: str, sees: Sees) -> Incident:
    """The incident. Raises NotFound, also for one that is not to be seen: that it exists is telling already."""
    incident = ledger.incidents.get(incident_id)
    if incident is None or not sees(incident):
        raise NotFound(f"there is no {incident_id[:80]!r}.", "List what there is, and check the id.")
    return incident


def _all(ledger: Ledger) -> Iterator[Incident]:
    for offset in range(0, _MOST, _SCAN):
        page = ledger.incidents.recent(limit=_SCAN, offset=offset)
        yield from page
        if len(page) < _SCAN:
            return
