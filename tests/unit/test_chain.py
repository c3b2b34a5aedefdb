"""What the hash chain covers, and what it does not: pure properties, no database."""

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tocsin.model.chain import GENESIS, body_digest, canonical, link_hash
from tocsin.model.event import BodyErased, Declared, Noted
from tocsin.model.incident import fold
from tocsin.store.inspection import Inspection
from tocsin.store.memory import MemoryLedger, Shelves
from tocsin.store.timeline import EventRow, body_text, event_of

NOW = datetime(2026, 11, 21, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
STEPS = st.lists(st.one_of(TEXT, st.integers(1, 12)), min_size=1, max_size=12)
"""A history: a text is noted; a number asks to erase the body of that event, if it may go."""


def history(steps: list[str | int]) -> tuple[Shelves, MemoryLedger]:
    shelves = Shelves()
    ledger = MemoryLedger(shelves)
    ledger.timeline.append("INC-1", Declared(title="t", reason="r", started_at=NOW), actor="system", at=NOW)
    for number, step in enumerate(steps):
        at = NOW + timedelta(seconds=number, microseconds=number)
        if isinstance(step, str):
            ledger.timeline.append("INC-1", Noted(text=step), actor=f"person:{number}", at=at)
        elif erasable(shelves.events["INC-1"], step):
            ledger.timeline.erase_body("INC-1", step, reason="asked", actor="person:dpo", at=at)
    return shelves, ledger


def erasable(rows: tuple[EventRow, ...], seq: int) -> bool:
    return seq <= len(rows) and rows[seq - 1].body is not None and "body_erased" not in rows[seq - 1].body


def faults(rows: tuple[EventRow, ...], anchors: dict[int, str] | None = None) -> set[tuple[int, str]]:
    inspection = Inspection("INC-1", anchors or {})
    found = [fault for row in rows for fault in inspection.feed(row)]
    return {(fault.seq, fault.code) for fault in [*found, *inspection.end()]}


@given(JSON)
def test_one_value_has_one_spelling_and_the_spelling_one_value(value: object) -> None:
    assert canonical(json.loads(canonical(value))) == canonical(value)


@given(st.tuples(TEXT, TEXT, st.integers(1), TEXT, TEXT, TEXT), st.tuples(TEXT, TEXT, st.integers(1), TEXT, TEXT, TEXT))
def test_two_different_events_never_share_a_hash(one: tuple, other: tuple) -> None:
    assert (link_hash(*one) == link_hash(*other)) == (one == other)


@given(TEXT.filter(lambda text: "\n" not in text), TEXT)
def test_a_body_cannot_be_guessed_from_its_digest_without_the_salt(salt: str, text: str) -> None:
    body = body_text(Noted(text=text))
    assert body_digest(salt, body) != body_digest(salt + "x", body)
    assert "\n" not in body  # so that salt and body cannot trade letters


@given(STEPS)
def test_whatever_happens_the_chain_verifies_and_the_incident_is_the_fold_of_its_events(steps: list[str | int]) -> None:
    shelves, ledger = history(steps)
    rows = shelves.events["INC-1"]
    assert faults(rows) == set()
    assert rows[0].prev == GENESIS
    assert ledger.incidents.get("INC-1") == fold("INC-1", [event_of(row) for row in rows])


@given(STEPS, st.data())
def test_any_changed_letter_of_any_column_names_its_event(steps: list[str | int], data: st.DataObject) -> None:
    rows = history(steps)[0].events["INC-1"]
    place = data.draw(st.integers(0, len(rows) - 1))
    row = rows[place]
    texts = [name for name in EventRow._fields if isinstance(getattr(row, name), str) and getattr(row, name)]
    name = data.draw(st.sampled_from(texts))
    old = getattr(row, name)
    at = data.draw(st.integers(0, len(old) - 1))
    letter = data.draw(st.characters(codec="utf-8").filter(lambda one: one != old[at]))
    damaged = row._replace(**{name: old[:at] + letter + old[at + 1 :]})
    assert row.seq in {seq for seq, _ in faults((*rows[:place], damaged, *rows[place + 1 :]))}


@given(STEPS, st.data())
def test_a_missing_event_is_missed_by_its_number_and_its_neighbours_are_not_blamed(
    steps: list[str | int], data: st.DataObject
) -> None:
    rows = history(steps)[0].events["INC-1"]
    place = data.draw(st.integers(0, len(rows) - 1))
    left = (*rows[:place], *rows[place + 1 :])
    chain = {fault for fault in faults(left, {rows[-1].seq: rows[-1].hash}) if fault[1] != "ERASURE"}
    assert {seq for seq, _ in chain} == {rows[place].seq}


@given(STEPS, st.data())
def test_two_events_that_changed_places_are_both_named(steps: list[str | int], data: st.DataObject) -> None:
    rows = list(history([*steps, "one more"])[0].events["INC-1"])
    one, other = data.draw(st.lists(st.integers(0, len(rows) - 1), min_size=2, max_size=2, unique=True))
    rows[one], rows[other] = rows[other]._replace(seq=rows[one].seq), rows[one]._replace(seq=rows[other].seq)
    assert {one + 1, other + 1} <= {seq for seq, _ in faults(tuple(rows))}


def test_an_erased_body_leaves_neither_text_nor_salt_and_the_chain_still_verifies() -> None:
    shelves, ledger = history(["a name that must go", 2])
    row = shelves.events["INC-1"][1]
    assert (row.body, row.salt) == (None, "")
    assert "must go" not in repr(shelves)
    assert isinstance(ledger.timeline.events("INC-1")[2].body, BodyErased)
    assert faults(shelves.events["INC-1"]) == set()


def test_a_body_removed_without_a_named_act_is_a_fault_and_so_is_one_that_came_back() -> None:
    rows = history(["x", 2])[0].events["INC-1"]
    assert faults(rows[:2]) == {(2, "ERASURE")}
    plain = history(["x"])[0].events["INC-1"][1]
    back = rows[1]._replace(body=plain.body, salt=plain.salt)
    assert (2, "ERASURE") in faults((rows[0], back, rows[2]))


def test_a_forged_chain_that_fits_itself_does_not_fit_the_anchor() -> None:
    true, forged = (history([text])[0].events["INC-1"] for text in ("what happened", "what they say"))
    assert faults(forged) == set()
    assert (2, "ANCHOR") in faults(forged, {2: true[1].hash})
