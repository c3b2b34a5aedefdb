"""The audit on true SQLite files: what it finds, what it names, and what it never mistakes for tampering."""

import asyncio
import json
import random
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from benchmarks.audit import START, detection, fill, incident

from tocsin.errors import ChainBroken, DataError, StoreError
from tocsin.model.event import Declared
from tocsin.store.anchor import anchored, read_anchor
from tocsin.store.audit import Verdict, anchor, verify
from tocsin.store.inspection import same_projection
from tocsin.store.settings import StoreSettings
from tocsin.store.sql import open_store

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of four incidents with nine events each, nobody has touched."""
    path = tmp_path_factory.mktemp("audit") / "whole.db"
    fill(path, incidents=4, length=9)
    return path


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copyfile(whole, tmp_path / "copy.db"))


def settings(path: Path) -> StoreSettings:
    return StoreSettings(url=f"sqlite:///{path}")


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        for statement in statements:
            db.execute(statement)


def faults(path: Path) -> set[tuple[str, int, str]]:
    return {(one.incident_id[-1:], one.seq, one.code) for one in verify(settings(path)).faults}


def test_an_untouched_timeline_with_erased_bodies_is_in_order(whole: Path) -> None:
    verdict = verify(settings(whole))
    assert verdict == Verdict(events=36, incidents=4, evidence=4, erased=4, faults=())
    assert verdict.ok
    verdict.require()


def test_random_tamperings_of_every_kind_are_all_found_and_named(tmp_path: Path) -> None:
    figures = detection(tmp_path, count=200, seed=7)  # the benchmark tampers thousands of times
    assert figures["missed"] == []
    assert (figures["found"], figures["named"]) == (200, 200)
    assert len(figures["kinds"]) == 8


def test_a_bit_that_rots_on_the_disk_inside_an_event_is_found_and_that_event_is_named(copy: Path) -> None:
    good, dice = copy.read_bytes(), random.Random(3)
    with closing(sqlite3.connect(copy)) as db:
        rows = db.execute("SELECT incident_id, seq, hash, digest, salt, body, prev FROM events").fetchall()
    for _ in range(100):
        name, seq, *texts = dice.choice(rows)
        stored = "".join((texts[2], texts[3] or "", texts[1], texts[4], texts[0])).encode()
        assert good.count(stored) == 1  # its columns lie side by side in the file, once
        rotten = bytearray(good)
        rotten[good.index(stored) + dice.randrange(len(stored))] ^= 1 << dice.randrange(8)
        copy.write_bytes(rotten)
        assert (name, seq) in {(one.incident_id, one.seq) for one in verify(settings(copy)).faults}


def test_a_torn_page_names_the_events_it_held_and_the_others_are_still_checked(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as db:
        (size,) = db.execute("PRAGMA page_size").fetchone()
    good = copy.read_bytes()
    page = good.rindex(b'"note 1"') // size
    copy.write_bytes(good[: page * size] + b"\xff" * size + good[(page + 1) * size :])
    verdict = verify(settings(copy))
    torn = {(one.incident_id, one.seq) for one in verdict.faults if one.code == "DAMAGED"}
    held = {name for name, _ in torn}
    assert torn
    assert verdict.incidents == 4
    assert verdict.events == 36 - len(torn)
    assert {one.incident_id for one in verdict.faults} == held


def test_each_broken_event_is_named_alone_and_what_follows_it_is_not_blamed(copy: Path) -> None:
    change(
        copy,
        "UPDATE events SET body = replace(body, 'Checkout', 'Nothing') WHERE incident_id LIKE '%0' AND seq = 1",
        "UPDATE events SET actor = 'person:x' WHERE incident_id LIKE '%1' AND seq = 3",
        "DELETE FROM events WHERE incident_id LIKE '%2' AND seq = 6",
        "DELETE FROM events WHERE incident_id LIKE '%3' AND seq > 7",
    )
    assert faults(copy) == {
        ("0", 1, "BODY"),
        ("1", 3, "HASH"),
        ("2", 6, "SEQ"),
        ("3", 8, "HEAD"),
        ("3", 5, "ERASURE"),
    }


def test_a_projection_that_tells_another_story_than_the_events_is_named(copy: Path) -> None:
    change(copy, "UPDATE incidents SET data = replace(data, 'checkout', 'cart') WHERE id LIKE '%0'")
    change(copy, "UPDATE incidents SET is_open = 0 WHERE id LIKE '%1'", "DELETE FROM incidents WHERE id LIKE '%2'")
    assert faults(copy) == {("0", 0, "PROJECTION"), ("1", 0, "PROJECTION"), ("2", 0, "PROJECTION")}


def test_evidence_that_was_changed_or_removed_is_named_with_the_event_that_vouches_for_it(copy: Path) -> None:
    change(
        copy,
        "UPDATE evidence SET data = replace(data, 'worker 3: connection refused', 'worker 3: all is well') "
        "WHERE incident_id LIKE '%0'",
        "DELETE FROM evidence WHERE incident_id LIKE '%1'",
    )
    assert faults(copy) == {("0", 3, "EVIDENCE"), ("1", 3, "EVIDENCE")}


def test_an_incident_whose_events_are_all_gone_is_missed(copy: Path) -> None:
    change(copy, "DELETE FROM events WHERE incident_id LIKE '%3'")
    assert ("3", 1, "SEQ") in faults(copy)


def test_only_an_anchor_finds_an_incident_removed_with_its_projection_and_it_does(copy: Path) -> None:
    kept = anchor(settings(copy), NOW)
    gone = "LIKE '%3'"
    change(
        copy,
        *(f"DELETE FROM {table} WHERE {key} {gone}" for table, key in (("events", "incident_id"), ("incidents", "id"))),
    )
    assert verify(settings(copy)).ok
    assert [(one.incident_id[-1], one.seq, one.code) for one in verify(settings(copy), anchor=kept).faults] == [
        ("3", 9, "ANCHOR")
    ]


def test_a_timeline_that_has_only_grown_still_fits_its_anchor(copy: Path) -> None:
    kept = anchor(settings(copy), NOW)

    async def grow() -> None:
        async with open_store(settings(copy)) as store:
            await store.write(lambda ledger: incident(ledger, "INC-20261121-000000", 6))
            await store.write(lambda ledger: incident(ledger, "INC-new", 6))

    asyncio.run(grow())
    verdict = verify(settings(copy), anchor=kept)
    assert verdict.ok
    assert (verdict.incidents, verdict.anchor) == (5, kept.line)


def test_an_anchor_survives_paper_and_files_and_a_changed_one_is_refused(copy: Path, tmp_path: Path) -> None:
    kept, path = anchor(settings(copy), NOW), tmp_path / "anchor.json"
    path.write_text(kept.as_text())
    assert read_anchor(path) == kept
    assert kept.line.startswith("tocsin-anchor/1 2026-11-22T00:00:00Z incidents=4 sha256=")
    assert len(kept.line) < 130
    data = json.loads(kept.as_text())
    data["heads"].popitem()
    path.write_text(json.dumps(data))
    with pytest.raises(DataError, match="own digest"):
        read_anchor(path)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"heads": 3}', '{"heads": {"a": [1]}, "at": "", "digest": ""}', "\xff"]
)
def test_a_file_that_is_no_anchor_is_refused_with_how_to_make_one(text: str, tmp_path: Path) -> None:
    (tmp_path / "anchor.json").write_text(text, encoding="latin-1")
    with pytest.raises(DataError) as refusal:
        read_anchor(tmp_path / "anchor.json")
    assert "tocsin audit anchor" in refusal.value.do


def test_the_audit_of_a_running_store_sees_what_is_committed_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "live.db"

    async def meanwhile() -> Verdict:
        async with open_store(settings(path)) as store:
            await store.write(lambda ledger: incident(ledger, "INC-1", 8))
            before = path.read_bytes()
            verdict = await asyncio.to_thread(verify, settings(path))
            assert path.read_bytes() == before
            return verdict

    verdict = asyncio.run(meanwhile())
    assert verdict.ok
    assert verdict.events == 8


def test_a_store_that_is_not_there_is_an_error_not_a_clean_bill(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as failure:
        verify(settings(tmp_path / "absent.db"))
    assert failure.value.code == "TCS-STORE-CONNECT"
    assert not (tmp_path / "absent.db").exists()
    sqlite3.connect(tmp_path / "empty.db").close()
    with pytest.raises(StoreError, match="no timeline"):
        verify(settings(tmp_path / "empty.db"))
    with pytest.raises(StoreError, match="nothing to audit"):
        verify(StoreSettings(url="memory:"))


def test_a_database_of_another_version_is_not_audited_by_guesswork(copy: Path) -> None:
    change(copy, "UPDATE alembic_version SET version_num = '0000'")
    with pytest.raises(StoreError, match="revision 0000"):
        verify(settings(copy))


def test_the_json_of_a_verdict_names_every_fault(copy: Path) -> None:
    change(copy, "UPDATE events SET at = '2026-11-21T09:00:00Z' WHERE incident_id LIKE '%2' AND seq = 4")
    verdict = verify(settings(copy))
    said = json.loads(json.dumps(verdict.as_dict()))
    assert said["ok"] is False
    assert [(one["incidentId"][-1], one["seq"], one["code"]) for one in said["faults"]] == [("2", 4, "HASH")]
    with pytest.raises(ChainBroken, match="event 4"):
        verdict.require()


def test_a_projection_written_by_an_older_tocsin_without_newer_fields_is_no_tampering(copy: Path) -> None:
    async def newest() -> str:
        async with open_store(settings(copy)) as store:
            one = await store.read(lambda ledger: ledger.incidents.recent(limit=1))
            return one[0].model_dump_json()

    from tocsin.model.incident import Incident

    stored = asyncio.run(newest())
    folded = Incident.model_validate_json(stored)
    older = json.dumps({key: value for key, value in json.loads(stored).items() if key != "close_reason"})
    assert same_projection(older, folded)
    assert not same_projection(older.replace("T03:00:00Z", "t03:00:00Z"), folded)
    assert not same_projection(older.replace("Checkout", "checkout"), folded)
    assert not same_projection(older[:-1], folded)


def test_an_anchor_is_the_same_in_whatever_order_a_database_names_its_heads(copy: Path) -> None:
    heads = anchor(settings(copy), START).heads
    assert anchored(reversed(heads), START).digest == anchor(settings(copy), START).digest


def test_an_erased_text_is_nowhere_in_the_file_once_the_store_is_closed(tmp_path: Path) -> None:
    path, secret = tmp_path / "t.db", "Erika Mustermann of Heidestrasse 17"

    async def say_and_erase() -> None:
        async with open_store(settings(path)) as store:
            body = Declared(title=secret, reason="r", started_at=NOW)
            await store.write(lambda ledger: ledger.timeline.append("INC-1", body, actor="system", at=NOW))
            await store.write(
                lambda ledger: ledger.timeline.erase_body("INC-1", 1, reason="asked", actor="person:dpo", at=NOW)
            )

    asyncio.run(say_and_erase())
    assert not list(tmp_path.glob("*-wal"))
    assert secret.encode() not in path.read_bytes()
    assert verify(settings(path)).erased == 1
