"""The inspection of one chain: given an incident's rows in order, says which event is broken and how. Pure; opens nothing.

Fed by the audit. A broken event is named itself and does not drag its successors with it: the next link is compared
with the hash that was stored and with the hash that should have been.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from tocsin.model.chain import GENESIS, body_digest, link_hash
from tocsin.model.event import BodyErased, Event, EvidenceCollected
from tocsin.model.incident import Incident
from tocsin.store.timeline import EventRow, event_of


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, where, and in words. `seq` is 0 when it concerns the incident as a whole.

    Codes: FORM, SEQ, LINK, HASH, BODY, ERASURE, KIND (the event itself); HEAD, PROJECTION (what the event list should
    amount to); ANCHOR (what was remembered outside); EVIDENCE (a stored answer); DAMAGED (the database cannot read it).
    """

    incident_id: str
    seq: int
    code: str
    what: str

    def __str__(self) -> str:
        where = f"event {self.seq}" if self.seq else "incident"
        return f"{self.incident_id} {where}: {self.what} [{self.code}]"


_PLAIN = (str, int, str, str, str, str, str, str, str)
_TYPES = {_PLAIN, (*_PLAIN[:5], type(None), *_PLAIN[6:])}


class Inspection:
    """One incident's chain, row by row. `anchors` are the hashes that this incident's events had, by seq."""

    def __init__(self, incident_id: str, anchors: Mapping[int, str]) -> None:
        self.incident_id = incident_id
        self.incident = Incident(id=incident_id) if _clean(incident_id) else None
        self.seq = 0
        self.hash = GENESIS
        self.evidence: dict[str, tuple[int, str]] = {}
        self.intact = True
        self._anchors = anchors
        self._due = GENESIS
        self._blank: dict[int, str] = {}
        self._told: dict[int, str] = {}

    def feed(self, row: EventRow) -> Iterator[Fault]:
        """The next row; yields what is wrong with it."""
        for fault in self._faults(row):
            self.intact = False
            yield fault

    def end(self) -> Iterator[Fault]:
        """After the last row; yields what only the whole chain can show."""
        for fault in (*self._erasures(), *self._beyond()):
            self.intact = False
            yield fault

    def _fault(self, seq: int, code: str, what: str) -> Fault:
        return Fault(self.incident_id, seq, code, what)

    def _erasures(self) -> Iterator[Fault]:
        for seq, digest in self._blank.items():
            if self._told.get(seq) != digest:
                yield self._fault(seq, "ERASURE", "the body is gone, and no later event says who erased it")
        for seq in sorted(set(self._told) - set(self._blank)):
            yield self._fault(seq, "ERASURE", "a later event says that the body was erased, yet it is here")

    def _beyond(self) -> Iterator[Fault]:
        for seq in sorted(self._anchors):
            if seq > self.seq:
                yield self._fault(seq, "ANCHOR", f"the anchor knows this event, the chain ends at {self.seq}")

    def _faults(self, row: EventRow) -> Iterator[Fault]:
        try:
            due, digest = _recomputed(row)
        except ValueError:  # a type or a letter that we never write; a database can be made to hold any
            self.seq = row.seq if isinstance(row.seq, int) else self.seq + 1
            self.hash = self._due = row.hash
            yield self._fault(self.seq, "FORM", "a column holds something that tocsin never writes")
            return
        yield from self._place(row)
        if row.hash != due:
            yield self._fault(row.seq, "HASH", "its place, time, actor, digest, link or hash was changed")
        if row.hash != self._anchors.get(row.seq, row.hash):
            yield self._fault(row.seq, "ANCHOR", "the anchor remembers another hash: the chain was rebuilt")
        if row.digest != digest:
            yield self._fault(row.seq, "BODY", "the body, its salt or its digest was changed")
        else:
            yield from self._body(row)
        self.seq, self.hash, self._due = row.seq, row.hash, due

    def _place(self, row: EventRow) -> Iterator[Fault]:
        """Is it the next one, and does it hold on to the one before."""
        if row.seq != self.seq + 1:
            yield self._fault(self.seq + 1, "SEQ", f"missing: the next one here is event {row.seq}")
        elif row.prev not in {self.hash, self._due}:
            yield self._fault(row.seq, "LINK", "it does not follow the event before it")

    def _body(self, row: EventRow) -> Iterator[Fault]:
        """What the event does to the incident, or that it was erased."""
        if row.body is None:
            self._blank[row.seq] = row.digest
            if row.salt:
                yield self._fault(row.seq, "ERASURE", "the body is erased but its salt is not")
        try:
            self._tell(event_of(row))
        except (ValidationError, ValueError) as mistake:
            yield self._fault(row.seq, "KIND", f"it cannot be read: {str(mistake).splitlines()[0]}")

    def _tell(self, event: Event) -> None:
        if self.incident is not None:
            self.incident = self.incident.apply(event)
        match event.body:
            case BodyErased(seq=seq, digest=digest):
                self._told[seq] = digest
            case EvidenceCollected(evidence_id=name, sha256=digest):
                self.evidence[name] = (event.seq, digest)
            case _:
                pass


def same_projection(stored: str, folded: Incident) -> bool:
    """True when the stored projection is the incident that the events amount to.

    Usually the texts are equal. A projection written by an older tocsin may lack newer fields: then the values must be
    equal, and every word that is there must be spelled as we spell it.
    """
    if stored == folded.model_dump_json():
        return True
    try:
        known = Incident.model_validate_json(stored)
        spelled = json.loads(known.model_dump_json(exclude_unset=True))
        return known == folded and spelled == json.loads(stored)
    except ValueError:
        return False


def _recomputed(row: EventRow) -> tuple[str, str]:
    """The hash and the body's digest as they must be. Raises ValueError for a row that tocsin cannot have written."""
    if tuple(map(type, row)) not in _TYPES:
        raise ValueError("a column of another type")
    digest = row.digest if row.body is None else body_digest(row.salt, row.body)
    return link_hash(row.prev, row.incident_id, row.seq, row.at, row.actor, row.digest), digest


def _clean(text: object) -> bool:
    """Text that is no longer UTF-8 was read with stand-ins for its broken bytes, and those cannot be encoded again."""
    if not isinstance(text, str):
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
