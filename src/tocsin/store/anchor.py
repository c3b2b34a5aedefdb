"""Anchors: the heads of all chains at one moment, to be kept where whoever can write the database cannot reach.

A chain alone shows edits; someone who rebuilds a whole chain, or cuts its end together with the projection, is found
only by comparing with what the heads were. Made and read by the audit and the CLI; touches no database.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from tocsin.errors import DataError
from tocsin.model.chain import canonical
from tocsin.model.ground import rfc3339
from tocsin.ports import Head

FORMAT = "tocsin-anchor/1"


@dataclass(frozen=True, slots=True)
class Anchor:
    """The heads, by incident, as they were at `at` (RFC 3339)."""

    at: str
    heads: tuple[Head, ...]

    @property
    def digest(self) -> str:
        """One SHA-256 over all heads, hexadecimal: equal digests mean equal heads."""
        return sha256(canonical([[one.incident_id, one.seq, one.hash] for one in self.heads]).encode()).hexdigest()

    @property
    def line(self) -> str:
        """The anchor in one line, short enough for a chat, a ticket or paper."""
        return f"{FORMAT} {self.at} incidents={len(self.heads)} sha256={self.digest}"

    def as_text(self) -> str:
        """The anchor as the JSON file that `verify` compares with."""
        heads = {one.incident_id: [one.seq, one.hash] for one in self.heads}
        return json.dumps({"format": FORMAT, "at": self.at, "digest": self.digest, "heads": heads}, indent=1) + "\n"


def anchored(heads: Iterable[Head], at: datetime) -> Anchor:
    """The anchor of these heads, in one order whichever database named them."""
    return Anchor(rfc3339(at), tuple(sorted(heads, key=lambda one: one.incident_id)))


def read_anchor(path: Path) -> Anchor:
    """The anchor kept in a file. Raises DataError when it is none, or was changed since it was made."""
    try:
        data = json.loads(path.read_text())
        heads = tuple(Head(name, int(seq), str(link)) for name, (seq, link) in sorted(data["heads"].items()))
        found, digest = Anchor(str(data["at"]), heads), data["digest"]
    except OSError as failure:
        raise DataError(f"cannot read the anchor {path}: {failure.strerror}.", "Name a readable file.") from failure
    except (ValueError, KeyError, TypeError, AttributeError) as mistake:
        raise DataError(f"{path} is not an anchor.", "Make one with `tocsin audit anchor`.") from mistake
    if found.digest != digest:
        raise DataError(f"the anchor {path} does not fit its own digest.", "It was changed: take another copy.")
    return found
