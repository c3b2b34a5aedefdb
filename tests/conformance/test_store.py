"""The cellar's promises, held by every store alike: SQLite, a true PostgreSQL, and the fake in memory."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from tests.servers import Missing, database, postgres

from tocsin.errors import NotFound, StoreError
from tocsin.model.action import Stop
from tocsin.model.acts import Reopened, Resolved
from tocsin.model.alert import Alert, AlertStatus, Delivery
from tocsin.model.change import Change, ChangeKind, Matcher, Silence
from tocsin.model.event import AlertJoined, AlertResolved, BodyErased, Closed, Declared, FindingsReported, Noted
from tocsin.model.evidence import Evidence, EvidenceKind, Finding, FindingKind, digest
from tocsin.model.incident import fold
from tocsin.model.review import PostMortemApproved
from tocsin.ports import KeptAlert, KeptDelivery, KeptDocument, Ledger, Store
from tocsin.store.settings import StoreSettings
from tocsin.store.sql import open_store

NOW = datetime(2026, 11, 21, 3, 4, 5, tzinfo=UTC)
AWKWARD = "pål 'quoted' \"double\" \\ \x00 \u2028 \U0001f514 ${jndi} %s :name\nline"
Scenario = Callable[[Store], Awaitable[None]]


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    try:
        with postgres() as url:
            yield url
    except Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(params=["sqlite", "postgresql", "memory"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[Scenario], None]]:
    """Runs a scenario on a fresh store of each kind."""

    def on(url: str) -> Callable[[Scenario], None]:
        async def play(scenario: Scenario) -> None:
            async with open_store(StoreSettings(url=url)) as store:
                await scenario(store)

        return lambda scenario: asyncio.run(play(scenario))

    if request.param == "postgresql":
        with database(request.getfixturevalue("server")) as url:
            yield on(url)
    else:
        yield on(f"sqlite:///{tmp_path / 'tocsin.db'}" if request.param == "sqlite" else "memory:")


def declare(ledger: Ledger, incident_id: str = "INC-1", at: datetime = NOW, title: str = "Pool is full") -> None:
    body = Declared(title=title, service="payments", reason="first alert", started_at=at, alert_id=f"{incident_id}-A")
    ledger.timeline.append(incident_id, body, actor="source:alertmanager", at=at)


def note(ledger: Ledger, text: str, incident_id: str = "INC-1", at: datetime = NOW) -> None:
    ledger.timeline.append(incident_id, Noted(text=text), actor="system", at=at)


def alert(number: int, *, received: datetime = NOW, fingerprint: str = "fp", title: str = "full") -> Alert:
    return Alert(
        id=f"AL-{number}",
        source="alertmanager",
        fingerprint=fingerprint,
        status=AlertStatus.FIRING,
        title=title,
        starts_at=NOW + timedelta(seconds=number),
        received_at=received,
    )


# The timeline --------------------------------------------------------------------------------------------------------


def test_events_come_back_in_order_each_holding_on_to_the_one_before(run) -> None:
    async def scenario(store: Store) -> None:
        await store.write(declare)
        await store.write(lambda ledger: note(ledger, AWKWARD))
        events = await store.read(lambda ledger: ledger.timeline.events("INC-1"))
        assert [event.seq for event in events] == [1, 2]
        assert events[0].prev == "0" * 64
        assert events[1].prev == events[0].hash
        assert events[1].body == Noted(text=AWKWARD)
        assert events[1].at == NOW
        assert (await store.read(lambda ledger: ledger.timeline.events("INC-1", after=1))) == events[1:]
        assert await store.read(lambda ledger: ledger.timeline.events("INC-none")) == []

    run(scenario)


def test_a_work_sees_what_it_has_just_written(run) -> None:
    def work(ledger: Ledger) -> None:
        declare(ledger)
        for n in range(3):
            note(ledger, str(n))
        assert [event.seq for event in ledger.timeline.events("INC-1", after=2)] == [3, 4]
        note(ledger, "one more")
        assert [(head.incident_id, head.seq) for head in ledger.timeline.heads()] == [("INC-1", 5)]
        note(ledger, "and another")
        assert [one.last_seq for one in ledger.incidents.recent(open_only=True)] == [6]
        note(ledger, "the last")
        assert ledger.incidents.get("INC-1").last_seq == 7

    async def scenario(store: Store) -> None:
        await store.write(work)
        assert (await store.read(lambda ledger: ledger.incidents.get("INC-1"))).last_seq == 7

    run(scenario)


def test_an_incident_in_memory_and_one_read_again_are_the_same_value(run) -> None:
    finding = Finding(
        id="F", role="logs", kind=FindingKind.LOG_NEW, text=AWKWARD, confidence=0.5, quotes=(), data={"pair": (1, 2.5)}
    )

    async def scenario(store: Store) -> None:
        await store.write(declare)
        body = FindingsReported(role="logs", findings=(finding,))
        written = await store.write(lambda ledger: ledger.timeline.append("INC-1", body, actor="role:logs", at=NOW))
        events = await store.read(lambda ledger: ledger.timeline.events("INC-1"))
        assert events[1] == written
        assert await store.read(lambda ledger: ledger.incidents.get("INC-1")) == fold("INC-1", events)

    run(scenario)


def test_append_answers_with_the_very_event_that_is_read_back(run) -> None:
    async def scenario(store: Store) -> None:
        at = datetime(2026, 11, 21, 5, 4, 5, 120, tzinfo=UTC).astimezone()
        body = Noted(text=AWKWARD)
        written = await store.write(lambda ledger: ledger.timeline.append("INC-1", body, actor="system", at=at))
        assert [written] == await store.read(lambda ledger: ledger.timeline.events("INC-1"))

    run(scenario)


def test_an_incident_is_what_its_events_amount_to(run) -> None:
    async def scenario(store: Store) -> None:
        await store.write(declare)
        await store.write(
            lambda ledger: ledger.timeline.append(
                "INC-1", AlertJoined(alert_id="B", title="x", service="orders", reason="r"), actor="system", at=NOW
            )
        )
        incident = await store.read(lambda ledger: ledger.incidents.get("INC-1"))
        events = await store.read(lambda ledger: ledger.timeline.events("INC-1"))
        assert incident == fold("INC-1", events)
        assert incident is not None
        assert incident.services == ("payments", "orders")
        assert await store.read(lambda ledger: ledger.incidents.get("INC-none")) is None

    run(scenario)


def test_the_heads_name_the_newest_event_of_every_incident(run) -> None:
    async def scenario(store: Store) -> None:
        for name in ("INC-2", "INC-1"):
            await store.write(lambda ledger, name=name: declare(ledger, name))
        last = await store.write(
            lambda ledger: ledger.timeline.append("INC-1", Noted(text="n"), actor="system", at=NOW)
        )
        heads = await store.read(lambda ledger: ledger.timeline.heads())
        assert [(head.incident_id, head.seq) for head in heads] == [("INC-1", 2), ("INC-2", 1)]
        assert heads[0].hash == last.hash

    run(scenario)


def test_an_erased_body_is_gone_from_the_event_and_from_the_incident_and_the_act_is_on_record(run) -> None:
    async def scenario(store: Store) -> None:
        await store.write(declare)
        await store.write(lambda ledger: note(ledger, "a name that must go"))
        act = await store.write(
            lambda ledger: ledger.timeline.erase_body("INC-1", 1, reason="asked by the person", actor="p", at=NOW)
        )
        events = await store.read(lambda ledger: ledger.timeline.events("INC-1"))
        assert events[0].body is None
        assert act.body == BodyErased(seq=1, digest=events[0].digest, reason="asked by the person")
        incident = await store.read(lambda ledger: ledger.incidents.get("INC-1"))
        assert incident == fold("INC-1", events)
        assert incident is not None
        assert incident.title == ""

    run(scenario)


def test_what_cannot_be_erased_is_refused_with_the_reason(run) -> None:
    def erase(seq: int) -> Callable[[Ledger], object]:
        return lambda ledger: ledger.timeline.erase_body("INC-1", seq, reason="r", actor="p", at=NOW)

    async def scenario(store: Store) -> None:
        await store.write(declare)
        await store.write(erase(1))
        with pytest.raises(NotFound, match="no event 9"):
            await store.write(erase(9))
        with pytest.raises(StoreError, match="erased already"):
            await store.write(erase(1))
        with pytest.raises(StoreError, match="record of an erasure"):
            await store.write(erase(2))

    run(scenario)


def test_a_time_without_its_offset_is_refused(run) -> None:
    async def scenario(store: Store) -> None:
        with pytest.raises(StoreError, match="offset"):
            await store.write(lambda ledger: note(ledger, "x", at=NOW.replace(tzinfo=None)))

    run(scenario)


# Transactions --------------------------------------------------------------------------------------------------------


def test_a_failed_write_leaves_nothing_and_its_neighbours_stand(run) -> None:
    def failing(ledger: Ledger) -> None:
        note(ledger, "never")
        ledger.alerts.put(KeptAlert(alert(1), "opened", "r"))
        raise LookupError("on purpose")

    async def scenario(store: Store) -> None:
        await store.write(declare)
        first, broken, second = await asyncio.gather(
            store.write(lambda ledger: note(ledger, "one")),
            store.write(failing),
            store.write(lambda ledger: note(ledger, "two")),
            return_exceptions=True,
        )
        assert (first, second) == (None, None)
        assert isinstance(broken, LookupError)
        events = await store.read(lambda ledger: ledger.timeline.events("INC-1"))
        assert [event.body.text for event in events[1:]] == ["one", "two"]
        assert events[2].prev == events[1].hash
        assert await store.read(lambda ledger: ledger.alerts.recent()) == []
        assert (await store.read(lambda ledger: ledger.incidents.get("INC-1"))).last_seq == 3

    run(scenario)


@pytest.mark.parametrize("mishap", [StopIteration, SystemExit, KeyError])
def test_whatever_a_write_raises_the_next_one_is_served(run, mishap: type[BaseException]) -> None:
    def failing(ledger: Ledger) -> None:
        note(ledger, "never")
        raise mishap

    async def scenario(store: Store) -> None:
        await store.write(declare)
        try:
            await store.write(failing)
        except BaseException as failure:  # noqa: BLE001 - a future cannot carry StopIteration, the memory store can
            assert isinstance(failure, mishap | RuntimeError)
        await store.write(lambda ledger: note(ledger, "served"))
        assert (await store.read(lambda ledger: ledger.incidents.get("INC-1"))).last_seq == 2

    run(scenario)


def test_only_the_newest_dead_letters_are_held_within_a_number_and_a_size(run) -> None:
    async def scenario(store: Store) -> None:
        for n in range(6):
            one = Delivery(id=f"D-{n}", source="s", received_at=NOW + timedelta(minutes=n), body=b"x" * 10)
            await store.write(lambda ledger, one=one: ledger.deliveries.put(KeptDelivery(one, "dead", {"what": "w"})))
        keep = KeptDelivery(Delivery(id="kept", source="s", received_at=NOW, body=b"x" * 1000), "accepted")
        await store.write(lambda ledger: ledger.deliveries.put(keep))

        async def left() -> list[str]:
            return [kept.delivery.id for kept in await store.read(lambda ledger: ledger.deliveries.dead())]

        assert await store.write(lambda ledger: ledger.deliveries.trim_dead(4, 1000)) == 2
        assert await left() == ["D-5", "D-4", "D-3", "D-2"]
        assert await store.write(lambda ledger: ledger.deliveries.trim_dead(4, 25)) == 2
        assert await left() == ["D-5", "D-4"]
        assert await store.write(lambda ledger: ledger.deliveries.trim_dead(4, 25)) == 0
        assert await store.read(lambda ledger: ledger.deliveries.get("kept")) == keep

    run(scenario)


def test_a_caller_that_stops_waiting_does_not_disturb_the_others(run) -> None:
    async def scenario(store: Store) -> None:
        await store.write(declare)
        waiting = [asyncio.ensure_future(store.write(lambda ledger, n=n: note(ledger, str(n)))) for n in range(20)]
        await asyncio.sleep(0)
        waiting[3].cancel()
        answers = await asyncio.gather(*waiting, return_exceptions=True)
        assert all(answer is None for n, answer in enumerate(answers) if n != 3)
        events = await store.read(lambda ledger: ledger.timeline.events("INC-1"))
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert len(events) >= 20

    run(scenario)


def test_many_writers_at_once_leave_one_unbroken_chain(run) -> None:
    async def scenario(store: Store) -> None:
        await store.write(declare)
        await asyncio.gather(*(store.write(lambda ledger, n=n: note(ledger, str(n))) for n in range(200)))
        events = await store.read(lambda ledger: ledger.timeline.events("INC-1"))
        assert [event.body.text for event in events[1:]] == [str(n) for n in range(200)]
        assert all(after.prev == before.hash for before, after in pairwise(events))

    run(scenario)


def test_a_read_cannot_write(run) -> None:
    async def scenario(store: Store) -> None:
        with pytest.raises(StoreError, match="only be read") as refusal:
            await store.read(declare)
        assert refusal.value.code == "TCS-STORE-READONLY"
        assert await store.read(lambda ledger: ledger.timeline.heads()) == []

    run(scenario)


def test_a_closed_store_says_so(run) -> None:
    kept: list[Store] = []

    async def scenario(store: Store) -> None:
        kept.append(store)

    async def later() -> None:
        with pytest.raises(StoreError, match="closed"):
            await kept[0].write(declare)
        with pytest.raises(StoreError, match="closed"):
            await kept[0].read(lambda ledger: ledger.timeline.heads())

    run(scenario)
    asyncio.run(later())


# Incidents -----------------------------------------------------------------------------------------------------------


def test_incidents_are_listed_newest_first_and_narrowed_as_asked(run) -> None:
    async def scenario(store: Store) -> None:
        for n in range(5):
            await store.write(lambda ledger, n=n: declare(ledger, f"INC-{n}", NOW + timedelta(minutes=n)))
        later = NOW + timedelta(hours=1)
        await store.write(
            lambda ledger: ledger.timeline.append("INC-1", Closed(reason="false alarm"), actor="system", at=later)
        )

        async def names(**asked: object) -> list[str]:
            found = await store.read(lambda ledger: ledger.incidents.recent(**asked))
            return [one.id for one in found]

        assert await names() == ["INC-4", "INC-3", "INC-2", "INC-1", "INC-0"]
        assert await names(open_only=True) == ["INC-4", "INC-3", "INC-2", "INC-0"]
        assert await names(limit=2, offset=1) == ["INC-3", "INC-2"]
        assert await names(since=NOW + timedelta(minutes=4)) == ["INC-4", "INC-1"]

    run(scenario)


# Alerts and deliveries -----------------------------------------------------------------------------------------------


def test_the_same_occurrence_is_kept_once_however_often_it_is_sent(run) -> None:
    async def scenario(store: Store) -> None:
        first = KeptAlert(alert(1, title=AWKWARD), "opened", AWKWARD, "INC-1")
        assert await store.write(lambda ledger: ledger.alerts.put(first)) is True
        again = KeptAlert(first.alert.model_copy(update={"id": "AL-other"}), "joined", "r", "INC-2")
        assert await store.write(lambda ledger: ledger.alerts.put(again)) is False
        assert await store.read(lambda ledger: ledger.alerts.recent()) == [first]

    run(scenario)


def test_one_identifier_cannot_name_two_alerts(run) -> None:
    async def scenario(store: Store) -> None:
        await store.write(lambda ledger: ledger.alerts.put(KeptAlert(alert(1), "opened", "r")))
        other = KeptAlert(alert(2).model_copy(update={"id": "AL-1"}), "opened", "r")
        with pytest.raises(StoreError) as refusal:
            await store.write(lambda ledger: ledger.alerts.put(other))
        assert refusal.value.code == "TCS-STORE-CONFLICT"

    run(scenario)


def test_a_decision_on_an_alert_can_be_changed_later(run) -> None:
    async def scenario(store: Store) -> None:
        await store.write(lambda ledger: ledger.alerts.put(KeptAlert(alert(1), "silenced", "maintenance")))
        await store.write(lambda ledger: ledger.alerts.redecide("AL-1", "opened", "the window ended", "INC-7"))
        kept = await store.read(lambda ledger: ledger.alerts.recent())
        assert [(one.disposition, one.reason, one.incident_id) for one in kept] == [
            ("opened", "the window ended", "INC-7")
        ]
        with pytest.raises(NotFound, match="AL-9"):
            await store.write(lambda ledger: ledger.alerts.redecide("AL-9", "opened", "r"))

    run(scenario)


def test_reviewed_incidents_are_found_newest_first_and_only_while_they_are_reviewed(
    run: Callable[[Scenario], None],
) -> None:
    async def scenario(store: Store) -> None:
        def put(ledger: Ledger) -> None:
            for place, name in enumerate(("A", "B", "C", "D")):
                declare(ledger, name, NOW + timedelta(hours=place))
                over = Resolved(confirmed_by=("ada",), cause="", fix="")
                ledger.timeline.append(name, over, actor="person:ada", at=NOW + timedelta(hours=9))
            for name in ("A", "B", "D"):
                approved = PostMortemApproved(version=1, digest="d")
                ledger.timeline.append(name, approved, actor="person:ada", at=NOW + timedelta(hours=10))
            ledger.timeline.append("D", Reopened(reason="back"), actor="person:ada", at=NOW + timedelta(hours=11))

        await store.write(put)
        assert [one.id for one in await store.read(lambda ledger: ledger.incidents.reviewed())] == ["B", "A"]
        assert [one.id for one in await store.read(lambda ledger: ledger.incidents.reviewed(1))] == ["B"]

    run(scenario)


def test_alerts_are_found_by_condition_time_decision_and_incident_newest_first(run) -> None:
    async def scenario(store: Store) -> None:
        def fill(ledger: Ledger) -> None:
            for n in range(6):
                one = alert(n, received=NOW + timedelta(minutes=n // 2), fingerprint=AWKWARD if n % 2 else "plain")
                ledger.alerts.put(KeptAlert(one, "opened" if n < 3 else "joined", "r", f"INC-{n % 3}"))

        await store.write(fill)

        async def ids(ask: Callable[[Ledger], list[KeptAlert]]) -> list[str]:
            return [one.alert.id for one in await store.read(ask)]

        assert await ids(lambda ledger: ledger.alerts.recent()) == ["AL-5", "AL-4", "AL-3", "AL-2", "AL-1", "AL-0"]
        assert await ids(lambda ledger: ledger.alerts.recent(limit=2, offset=1)) == ["AL-4", "AL-3"]
        assert await ids(lambda ledger: ledger.alerts.recent(disposition="opened")) == ["AL-2", "AL-1", "AL-0"]
        assert await ids(lambda ledger: ledger.alerts.recent(incident_id="INC-1")) == ["AL-4", "AL-1"]
        minute = NOW + timedelta(minutes=1)
        assert await ids(lambda ledger: ledger.alerts.recent(since=minute)) == ["AL-5", "AL-4", "AL-3", "AL-2"]
        assert await ids(lambda ledger: ledger.alerts.by_fingerprint("alertmanager", AWKWARD, since=minute)) == [
            "AL-5",
            "AL-3",
        ]
        assert await ids(lambda ledger: ledger.alerts.by_fingerprint("other", AWKWARD, since=NOW)) == []

    run(scenario)


def test_the_labels_of_the_alerts_that_opened_incidents_are_read_in_one_look_and_the_newest_counts(run) -> None:
    async def scenario(store: Store) -> None:
        def fill(ledger: Ledger) -> None:
            for n, (decided, incident) in enumerate(
                (
                    ("opened", "INC-1"),
                    ("joined", "INC-1"),
                    ("opened", "INC-2"),
                    ("opened", "INC-2"),
                    ("opened", "INC-3"),
                )
            ):
                one = alert(n, received=NOW - timedelta(minutes=n % 2)).model_copy(update={"labels": {"rack": str(n)}})
                ledger.alerts.put(KeptAlert(one, decided, "r", incident))

        await store.write(fill)
        asked = ["INC-1", "INC-2", "INC-9"]
        found = await store.read(lambda ledger: ledger.alerts.opening_labels(asked))
        assert found == {"INC-1": {"rack": "0"}, "INC-2": {"rack": "2"}}
        assert await store.read(lambda ledger: ledger.alerts.opening_labels([])) == {}

    run(scenario)


def test_a_delivery_keeps_its_bytes_and_dead_letters_are_listed_newest_first(run) -> None:
    def kept(name: str, minute: int, status: str) -> KeptDelivery:
        at = NOW + timedelta(minutes=minute)
        one = Delivery(id=name, source="grafana", received_at=at, body=b"\xff\x00{", headers={"x": AWKWARD})
        return KeptDelivery(one, status, {"code": "C", "what": AWKWARD, "do": ""} if status == "dead" else None)

    async def scenario(store: Store) -> None:
        rows = [kept("D-1", 1, "dead"), kept("D-2", 2, "accepted"), kept("D-3", 3, "dead")]
        for row in rows:
            await store.write(lambda ledger, row=row: ledger.deliveries.put(row))
        assert await store.read(lambda ledger: ledger.deliveries.get("D-1")) == rows[0]
        assert await store.read(lambda ledger: ledger.deliveries.get("D-9")) is None
        assert await store.read(lambda ledger: ledger.deliveries.dead()) == [rows[2], rows[0]]
        assert await store.read(lambda ledger: ledger.deliveries.dead(limit=1)) == [rows[2]]
        await store.write(lambda ledger: ledger.deliveries.put(kept("D-3", 3, "replayed")))
        assert await store.read(lambda ledger: ledger.deliveries.dead()) == [rows[0]]

    run(scenario)


# Evidence, changes, silences -----------------------------------------------------------------------------------------


def test_the_first_answer_under_an_evidence_id_stands(run) -> None:
    def answer(name: str, content: str, second: int) -> Evidence:
        at = NOW + timedelta(seconds=second)
        kind = EvidenceKind.LOGS
        return Evidence(
            id=name, kind=kind, source="loki", query="q", content=content, sha256=digest(content), collected_at=at
        )

    async def scenario(store: Store) -> None:
        second, first = answer("EV-2", AWKWARD, 2), answer("EV-1", "one", 1)
        await store.write(lambda ledger: ledger.evidence.put("INC-1", second))
        await store.write(lambda ledger: ledger.evidence.put("INC-1", first))
        await store.write(lambda ledger: ledger.evidence.put("INC-1", answer("EV-1", "another", 1)))
        assert await store.read(lambda ledger: ledger.evidence.of("INC-1")) == [first, second]
        assert await store.read(lambda ledger: ledger.evidence.get("EV-1")) == first
        assert await store.read(lambda ledger: ledger.evidence.get("EV-9")) is None
        assert await store.read(lambda ledger: ledger.evidence.of("INC-2")) == []

    run(scenario)


def test_changes_are_kept_once_and_found_by_time_and_service(run) -> None:
    def change(number: int, service: str) -> Change:
        at = NOW + timedelta(minutes=number)
        return Change(id=f"C{AWKWARD}{number}", kind=ChangeKind.DEPLOY, service=service, at=at, text=AWKWARD)

    async def scenario(store: Store) -> None:
        rows = [change(0, "a"), change(1, AWKWARD), change(2, "a")]
        for row in rows:
            assert await store.write(lambda ledger, row=row: ledger.changes.put(row)) is True
        assert await store.write(lambda ledger: ledger.changes.put(change(1, "other"))) is False
        end = NOW + timedelta(minutes=2)
        assert await store.read(lambda ledger: ledger.changes.between(NOW, end)) == rows[::-1]
        assert await store.read(lambda ledger: ledger.changes.between(NOW, end, [AWKWARD])) == [rows[1]]
        assert await store.read(lambda ledger: ledger.changes.between(NOW, NOW)) == [rows[0]]

    run(scenario)


def test_silences_are_kept_replaced_listed_and_removed(run) -> None:
    def silence(name: str, hour: int, reason: str = "window") -> Silence:
        start = NOW + timedelta(hours=hour)
        matchers = (Matcher(name="service", value="payments"),)
        end = start + timedelta(hours=1)
        return Silence(id=name, matchers=matchers, starts_at=start, ends_at=end, reason=reason, created_by="ada")

    async def scenario(store: Store) -> None:
        for row in (silence(AWKWARD, 2), silence("S", 1), silence("S", 1, "longer")):
            await store.write(lambda ledger, row=row: ledger.silences.put(row))
        assert await store.read(lambda ledger: ledger.silences.all()) == [
            silence("S", 1, "longer"),
            silence(AWKWARD, 2),
        ]
        assert await store.write(lambda ledger: ledger.silences.remove("S")) is True
        assert await store.write(lambda ledger: ledger.silences.remove("S")) is False
        assert await store.read(lambda ledger: ledger.silences.all()) == [silence(AWKWARD, 2)]

    run(scenario)


def test_an_alert_that_was_resolved_shows_on_its_incident(run) -> None:
    async def scenario(store: Store) -> None:
        await store.write(declare)
        body = AlertResolved(alert_id="INC-1-A", title="x", open_alerts=0)
        await store.write(lambda ledger: ledger.timeline.append("INC-1", body, actor="source:am", at=NOW))
        incident = await store.read(lambda ledger: ledger.incidents.get("INC-1"))
        assert incident is not None
        assert incident.resolved_alert_ids == ("INC-1-A",)

    run(scenario)


def test_the_stop_switch_is_off_until_turned_and_every_turn_is_kept(run) -> None:
    on = Stop(on=True, by="ada@example.com", reason=AWKWARD, at=NOW)
    off = Stop(on=False, by="bob@example.com", reason="all calm", at=NOW + timedelta(minutes=5))

    async def scenario(store: Store) -> None:
        assert await store.read(lambda ledger: ledger.stops.now()) == Stop()
        await store.write(lambda ledger: ledger.stops.turn(on))
        assert await store.read(lambda ledger: ledger.stops.now()) == on
        await store.write(lambda ledger: ledger.stops.turn(off))
        assert await store.read(lambda ledger: ledger.stops.now()) == off
        assert await store.read(lambda ledger: ledger.stops.turns()) == [off, on]
        assert await store.read(lambda ledger: ledger.stops.turns(1)) == [off]

    run(scenario)


def test_documents_that_people_applied_are_kept_by_kind_and_name_and_can_be_replaced_and_removed(run) -> None:
    one = KeptDocument(kind="playbook", name="b.yaml", text=AWKWARD, by="person:ada", at=NOW)
    other = KeptDocument(kind="playbook", name="a.yaml", text="a: 1", by="person:ada", at=NOW)
    tool = KeptDocument(kind="tool", name="b.yaml", text="digest", by="person:bob", at=NOW)

    async def scenario(store: Store) -> None:
        for document in (one, other, tool):
            await store.write(lambda ledger, document=document: ledger.documents.put(document))
        assert await store.read(lambda ledger: ledger.documents.all("playbook")) == [other, one]
        newer = one.model_copy(update={"text": "b: 2"})
        await store.write(lambda ledger: ledger.documents.put(newer))
        assert await store.read(lambda ledger: ledger.documents.all("playbook")) == [other, newer]
        assert await store.write(lambda ledger: ledger.documents.remove("playbook", "a.yaml"))
        assert not await store.write(lambda ledger: ledger.documents.remove("playbook", "a.yaml"))
        assert await store.read(lambda ledger: ledger.documents.all("tool")) == [tool]

    run(scenario)
