"""How somebody who can write to the database may tamper with it: one change at a time, drawn at random, at the SQL level.

Used by the audit's benchmark and its tests. Each tampering says which events an honest audit must name.
"""

import json
import random
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from tocsin.model.chain import GENESIS, body_digest, link_hash

COLUMNS = ("incident_id", "seq", "at", "actor", "salt", "body", "digest", "prev", "hash")
PROJECTED = ("state", "is_open", "declared_at", "updated_at", "seq", "hash", "data")


@dataclass(frozen=True, slots=True)
class Tampering:
    """What was done, and where: a fault at any of `places` (incident, seq) names it; seq 0 is the incident as a whole.

    `anchor` says that only an anchor kept outside can show it, because projection and chain agree afterwards.
    """

    kind: str
    places: frozenset[tuple[str, int]]
    anchor: bool = False


@dataclass(frozen=True, slots=True)
class Hand:
    """The tamperer: a connection to the database file, and the dice."""

    db: sqlite3.Connection
    dice: random.Random

    def event(self) -> tuple[str, int]:
        """Any event."""
        rows = self.db.execute("SELECT incident_id, seq FROM events ORDER BY 1, 2").fetchall()
        return tuple(self.dice.choice(rows))

    def length(self, incident: str) -> int:
        """How many events that incident has."""
        return int(self.db.execute("SELECT max(seq) FROM events WHERE incident_id = ?", (incident,)).fetchone()[0])


def flip(hand: Hand) -> Tampering | None:
    """One byte of one column of one event."""
    (incident, seq), column = hand.event(), hand.dice.choice(COLUMNS)
    (value,) = hand.db.execute(
        f"SELECT CAST({column} AS BLOB) FROM events WHERE incident_id = ? AND seq = ?", (incident, seq)
    ).fetchone()
    if not value:
        return None
    changed = bytearray(value)
    changed[hand.dice.randrange(len(changed))] ^= hand.dice.randrange(1, 256)
    try:
        hand.db.execute(
            f"UPDATE events SET {column} = CAST(? AS TEXT) WHERE incident_id = ? AND seq = ?",
            (bytes(changed), incident, seq),
        )
    except sqlite3.IntegrityError:
        return None  # the number is another event's: the database itself refuses
    still = hand.db.execute(
        f"SELECT 1 FROM events WHERE incident_id = ? AND seq = ? AND CAST({column} AS BLOB) = ?", (incident, seq, value)
    ).fetchone()
    return None if still else Tampering(f"flip {column}", frozenset({(incident, seq)}))


def edit(hand: Hand) -> Tampering | None:
    """Other words in a body, or another actor or time, or an event filed elsewhere."""
    incident, seq = hand.event()
    column, value = hand.dice.choice(
        [
            ("body", '{"kind":"noted","text":"nothing happened"}'),
            ("body", None),
            ("actor", "person:somebody.else@example.com"),
            ("at", "2026-11-21T04:00:00Z"),
            ("seq", hand.dice.randrange(1000, 2000)),
            ("incident_id", "INC-elsewhere"),
            ("salt", ""),
        ]
    )
    before = hand.db.execute(f"SELECT {column} FROM events WHERE incident_id = ? AND seq = ?", (incident, seq))
    if before.fetchone()[0] == value:
        return None
    hand.db.execute(f"UPDATE events SET {column} = ? WHERE incident_id = ? AND seq = ?", (value, incident, seq))
    return Tampering(f"edit {column}", frozenset({(incident, seq)}))


def delete(hand: Hand) -> Tampering:
    """One event is gone."""
    incident, seq = hand.event()
    hand.db.execute("DELETE FROM events WHERE incident_id = ? AND seq = ?", (incident, seq))
    return Tampering("delete", frozenset({(incident, seq)}))


def swap(hand: Hand) -> Tampering | None:
    """Two events change places, or exchange one column."""
    one, other = hand.event(), hand.event()
    names = hand.dice.choice([("body", "salt"), ("at",), ("actor",), ("hash",), COLUMNS[2:]])
    listed = ", ".join(names)
    read = f"SELECT {listed} FROM events WHERE incident_id = ? AND seq = ?"
    here, there = hand.db.execute(read, one).fetchone(), hand.db.execute(read, other).fetchone()
    if here == there:
        return None
    write = f"UPDATE events SET ({listed}) = ({', '.join('?' * len(names))}) WHERE incident_id = ? AND seq = ?"
    hand.db.execute(write, (*there, *one))
    hand.db.execute(write, (*here, *other))
    return Tampering(f"swap {listed}", frozenset({one, other}))


def truncate(hand: Hand) -> Tampering:
    """The newest events of one incident are cut off."""
    incident, seq = hand.event()
    hand.db.execute("DELETE FROM events WHERE incident_id = ? AND seq >= ?", (incident, seq))
    return Tampering("truncate", frozenset({(incident, seq)}))


def project(hand: Hand) -> Tampering | None:
    """The projection tells another story than the events."""
    incident, _ = hand.event()
    whole = frozenset({(incident, 0), (incident, hand.length(incident)), (incident, hand.length(incident) + 1)})
    column = hand.dice.choice((*PROJECTED, ""))
    if not column:
        hand.db.execute("DELETE FROM incidents WHERE id = ?", (incident,))
        return Tampering("projection gone", whole)
    (value,) = hand.db.execute(f"SELECT {column} FROM incidents WHERE id = ?", (incident,)).fetchone()
    changed = _retold(value, column, hand.dice)
    if changed == value:
        return None
    hand.db.execute(f"UPDATE incidents SET {column} = ? WHERE id = ?", (changed, incident))
    return Tampering(f"projection {column}", whole)


def _retold(value: str | int, column: str, dice: random.Random) -> str | int:
    if isinstance(value, int):
        return value + dice.choice((-1, 1, 60_000_000)) if column != "is_open" else 1 - value
    if column != "data":
        return value[:-1] + ("0" if value[-1] != "0" else "1")
    data = json.loads(value)
    data[dice.choice(("title", "service", "close_reason"))] = "another story"
    return json.dumps(data, separators=(",", ":"))


def rebuild(hand: Hand) -> Tampering:
    """A whole chain is forged from one event onwards, projection included: it verifies, and is not what it was."""
    incident, seq = hand.event()
    read = f"SELECT {', '.join(COLUMNS)} FROM events WHERE incident_id = ? ORDER BY seq"
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in hand.db.execute(read, (incident,))]
    prev = GENESIS
    for row in rows:
        if row["seq"] == seq:
            row["actor"] = "person:nobody@example.com"
            if row["body"] is not None:
                row["digest"] = body_digest(row["salt"], row["body"])
        row["prev"] = prev
        row["hash"] = prev = link_hash(prev, incident, row["seq"], row["at"], row["actor"], row["digest"])
        hand.db.execute(
            "UPDATE events SET actor = ?, prev = ?, hash = ? WHERE incident_id = ? AND seq = ?",
            (row["actor"], row["prev"], row["hash"], incident, row["seq"]),
        )
    hand.db.execute("UPDATE incidents SET hash = ? WHERE id = ?", (prev, incident))
    return Tampering("rebuild", frozenset({(incident, len(rows))}), anchor=True)


def vanish(hand: Hand) -> Tampering:
    """An incident is removed without a trace, projection and all."""
    incident, _ = hand.event()
    last = hand.length(incident)
    hand.db.execute("DELETE FROM events WHERE incident_id = ?", (incident,))
    hand.db.execute("DELETE FROM incidents WHERE id = ?", (incident,))
    return Tampering("vanish", frozenset({(incident, last)}), anchor=True)


EVERY_WAY: tuple[Callable[[Hand], Tampering | None], ...] = (
    flip, flip, flip, edit, delete, swap, truncate, project, rebuild, vanish
)  # fmt: skip


def tamper(hand: Hand) -> Tampering:
    """One change that is really a change; draws again when the dice changed nothing."""
    while True:
        done = hand.dice.choice(EVERY_WAY)(hand)
        if done is not None:
            hand.db.commit()
            return done
        hand.db.rollback()
