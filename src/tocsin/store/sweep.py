"""The sweep of the audit: one ordered pass over a whole database, incident by incident, then what no chain accounts for.

Used by `audit` only. Where the database itself cannot be read, it names what it could not read and goes on.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, and_, select
from sqlalchemy.exc import DatabaseError

from tocsin.model.evidence import Evidence, digest
from tocsin.ports import Head
from tocsin.store import tables
from tocsin.store.anchor import Anchor
from tocsin.store.inspection import Fault, Inspection, same_projection
from tocsin.store.sql_incidents import projection_row
from tocsin.store.tables import events, incidents
from tocsin.store.timeline import EventRow

_CHUNK = 2000
_EVENT_COLUMNS = [events.c[name] for name in EventRow._fields]
_WIDTH = len(_EVENT_COLUMNS)
_PROJECTION_NAMES = [column.name for column in incidents.columns]

# Each event, and beside an incident's newest one its projection: one ordered pass over both tables.
_EVERYTHING = (
    select(*_EVENT_COLUMNS, *incidents.columns)
    .join_from(
        events,
        incidents,
        and_(incidents.c.id == events.c.incident_id, incidents.c.seq == events.c.seq),
        isouter=True,
    )
    .order_by(events.c.incident_id, events.c.seq)
)


@dataclass
class Sweep:
    """One pass over one database; collects faults incident by incident."""

    connection: Connection
    anchor: Anchor | None
    patient: bool = False
    faults: list[Fault] = field(default_factory=list)
    events: int = 0
    incidents: int = 0
    erased: int = 0
    answers: int = 0

    def __post_init__(self) -> None:
        self._due: defaultdict[str, dict[int, str]] = defaultdict(dict)
        for head in self.anchor.heads if self.anchor else ():
            self._due[head.incident_id][head.seq] = head.hash
        self._cited: dict[str, tuple[str, int, str]] = {}
        self._at = ""

    def run(self) -> "Sweep":
        """Chains, then what has no chain at all, then the evidence that events vouch for.

        Raises DatabaseError where the database cannot be read, unless this is the patient sweep that names the place.
        """
        self._guarded(self._chains)
        self._guarded(self._without_events)
        self._anchored_only()
        self._guarded(self._evidence)
        return self

    def _chains(self) -> None:
        try:
            rows = self.connection.execution_options(yield_per=_CHUNK).execute(_EVERYTHING)
            for incident_id, chain in groupby(rows, key=lambda row: row[0]):
                self._at = incident_id
                self._chain(incident_id, ((EventRow._make(row[:_WIDTH]), row[_WIDTH:]) for row in chain))
        except DatabaseError as failure:
            if not self.patient:
                raise
            self._one_by_one(str(failure.orig))

    def _chain(self, incident_id: str, rows: Iterable[tuple[EventRow, Sequence[Any]]]) -> None:
        """One incident. Its faults count only when it was read to its end."""
        found: list[Fault] = []
        inspection = Inspection(incident_id, self._due.get(incident_id, {}))
        erased = count = 0
        projected: Sequence[Any] = (None,)
        for row, projected in rows:  # noqa: B007 - the newest row's projection is used below
            found += inspection.feed(row)
            erased += row.body is None
            count += 1
        found += inspection.end()
        found += self._projection(inspection, projected)
        self._due.pop(incident_id, None)
        self._cited |= {name: (incident_id, *said) for name, said in inspection.evidence.items()}
        self.faults += found
        self.incidents, self.events, self.erased = self.incidents + 1, self.events + count, self.erased + erased

    def _projection(self, inspection: Inspection, projected: Sequence[Any]) -> Iterator[Fault]:
        """Does the incident's row stand at the newest event, and is it what the events amount to."""
        name, seq = inspection.incident_id, inspection.seq
        if inspection.incident is None:
            return
        if projected[0] is None:
            yield self._misplaced(name, seq)
            return
        stored = dict(zip(_PROJECTION_NAMES, projected, strict=True))
        if stored["hash"] != inspection.hash:
            yield Fault(name, seq, "HEAD", "the projection remembers another hash for the newest event")
        if not inspection.intact:
            return
        due = projection_row(Head(name, seq, inspection.hash), inspection.incident)
        wrong = [key for key in due if key not in {"data", "hash"} and stored[key] != due[key]]
        if not same_projection(stored["data"], inspection.incident):
            wrong.append("data")
        if wrong:
            yield Fault(name, 0, "PROJECTION", f"{', '.join(wrong)}: not what the events amount to")

    def _misplaced(self, name: str, seq: int) -> Fault:
        """The projection does not stand at the newest event: where does it stand."""
        stands = self.connection.execute(select(incidents.c.seq).where(incidents.c.id == name)).scalar_one_or_none()
        if stands is None:
            return Fault(name, 0, "PROJECTION", "it has events but no projection")
        if isinstance(stands, int) and stands > seq:
            return Fault(name, seq + 1, "HEAD", f"missing: there were {stands} events, the chain ends at {seq}")
        return Fault(name, seq, "HEAD", f"the projection stands at event {stands}, the chain ends at {seq}")

    def _without_events(self) -> None:
        bare = ~select(events.c.seq).where(events.c.incident_id == incidents.c.id).exists()
        for name in self.connection.execute(select(incidents.c.id).where(bare).order_by(incidents.c.id)).scalars():
            self.faults.append(Fault(name, 1, "SEQ", "missing, with every other event of this incident"))

    def _anchored_only(self) -> None:
        for name, links in sorted(self._due.items()):
            self.faults += [
                Fault(name, seq, "ANCHOR", "the anchor knows this incident, no event does") for seq in links
            ]

    def _evidence(self) -> None:
        """Every answer that an event vouches for is here, and is the one it vouches for."""
        chosen = select(tables.evidence.c.id, tables.evidence.c.data)
        for name, data in self.connection.execution_options(yield_per=_CHUNK).execute(chosen):
            incident_id, seq, due = self._cited.pop(name, ("", 0, ""))
            self.answers += 1
            if not _answers(data, due):
                self.faults.append(Fault(incident_id, seq, "EVIDENCE", f"the answer {name} was changed"))
        for name, (incident_id, seq, _) in sorted(self._cited.items()):
            self.faults.append(Fault(incident_id, seq, "EVIDENCE", f"the answer {name} is gone"))

    def _guarded(self, part: Callable[[], None]) -> None:
        """To the patient, a part that the database cannot read is a fault and not the end of the audit."""
        try:
            part()
        except DatabaseError as failure:
            if not self.patient:
                raise
            self.faults.append(Fault("", 0, "DAMAGED", f"the database cannot be read: {failure.orig}"))

    def _one_by_one(self, cause: str) -> None:
        """The pass broke off inside `_at`: from there on, each event is asked for alone and the unreadable are named."""
        chosen = select(incidents.c.id, incidents.c.seq).where(incidents.c.id >= self._at).order_by(incidents.c.id)
        for name, last in self.connection.execute(chosen).all():
            self._chain(name, self._readable(name, last, cause))

    def _readable(self, name: str, last: int, cause: str) -> Iterator[tuple[EventRow, Sequence[Any]]]:
        one = _EVERYTHING.where(events.c.incident_id == name)
        for seq in range(1, last + 1):
            try:
                row = self.connection.execute(one.where(events.c.seq == seq)).first()
            except DatabaseError:
                self.faults.append(Fault(name, seq, "DAMAGED", f"the database cannot read it: {cause}"))
                continue
            if row is not None:
                yield EventRow._make(row[:_WIDTH]), row[_WIDTH:]


def _answers(data: str, due: str) -> bool:
    """Is the stored answer whole, and the one whose digest is `due` ("": no event vouches for it)."""
    try:
        stored = Evidence.model_validate_json(data)
    except ValueError:
        return False
    return stored.sha256 == digest(stored.content) and due in {"", stored.sha256}
