"""Restricted incidents: there for those who are inside, and for nobody else; and the clock of the law once data was accessed."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from tests.face_house import SLOW, START, House
from tests.unit.test_people import ADA, BOB, EVE, NOW, Bench, seat, triaged

from tocsin.errors import DataError, Denied, NotFound, NotNow
from tocsin.guard.seeing import SecurityRules, first_restriction, insiders, may_see
from tocsin.guard.seen import SeenStore
from tocsin.model.action import Mode
from tocsin.model.acts import AUTHORITY_DUE, AUTHORITY_LATE, Paged, Seat
from tocsin.model.alert import Alert, AlertStatus, Delivery
from tocsin.model.communication import RestrictionSet
from tocsin.model.event import Declared
from tocsin.model.evidence import Evidence, EvidenceKind, digest
from tocsin.model.ground import IncidentType
from tocsin.model.identity import LOCAL_CALLER, LOCAL_OPERATOR, SERVICE, Principal, Role
from tocsin.model.incident import Incident
from tocsin.model.move import Tell, Wait
from tocsin.ports import KeptAlert, Ledger
from tocsin.stages import people, progress
from tocsin.stages.people import asks
from tocsin.web import letters
from tocsin.web.auth import Sender
from tocsin.web.document import document
from tocsin.web.document_markdown import document_markdown

ROOT = Principal(id="root@example.com", roles=frozenset(Role))
RULES = SecurityRules(team=("Sec@Example.com",))


def security(bench: Bench) -> str:
    """A security incident that triage has restricted to the team and to whoever declared it."""
    name = bench.declared()
    body = first_restriction(IncidentType.SECURITY, (BOB.id,), RULES)
    assert body is not None
    bench.machine(name, triaged(type=IncidentType.SECURITY), body)
    return name


def why(**fields: Any) -> asks.Restrict:
    return asks.Restrict(reason="an insider may be involved", **fields)


def test_a_security_incident_is_there_for_its_team_and_whoever_is_on_it_and_for_no_role() -> None:
    bench = Bench()
    incident = bench.incident(security(bench))
    assert insiders(incident) == {"sec@example.com", "bob@example.com"}
    assert not any(may_see(one, incident) for one in (ADA, EVE, ROOT, SERVICE, None))
    assert all(may_see(one, incident) for one in (BOB, LOCAL_OPERATOR, LOCAL_CALLER))
    assert may_see(Principal(id="SEC@example.com", roles=frozenset({Role.VIEWER})), incident)


def test_whoever_takes_a_seat_or_is_called_comes_inside_but_not_whom_observe_mode_only_wrote_down() -> None:
    bench = Bench()
    name = security(bench)
    bench.do(LOCAL_OPERATOR, people.assign, name, seat(Seat.COMMANDER, "ada@example.com"))
    call = {"target": "oncall:primary", "reason": "r", "level": 0}
    bench.machine(name, Paged(**call, key="a", people=("eve@example.com",)))
    bench.machine(name, Paged(**call, key="b", people=("watched@example.com",), observed=True))
    assert {"ada@example.com", "eve@example.com"} <= insiders(bench.incident(name))
    assert "watched@example.com" not in insiders(bench.incident(name))


def test_an_installation_may_leave_security_incidents_open_and_its_timeline_says_so() -> None:
    body = first_restriction(IncidentType.SECURITY, ("bob@example.com",), SecurityRules(restricted=False, team=("x",)))
    assert body == RestrictionSet(restricted=False, reason="security incidents are open here")
    assert first_restriction(IncidentType.DATABASE, (), RULES) is None
    assert may_see(None, Incident(id="INC-1", type=IncidentType.DATABASE))
    assert not may_see(ROOT, Incident(id="INC-1", type=IncidentType.SECURITY))


def test_for_those_outside_every_act_answers_as_if_there_were_no_such_incident() -> None:
    bench = Bench()
    name = security(bench)
    for who in (ADA, ROOT):
        for act, ask in (
            (people.note, asks.Note(text="hello")),
            (people.restrict, why()),
            (people.all_clear, asks.AllClear()),
        ):
            with pytest.raises(NotFound) as hidden:
                bench.do(who, act, name, ask)
            with pytest.raises(NotFound) as absent:
                bench.do(who, act, "INC-none", ask)
            assert str(hidden.value) == str(absent.value).replace("INC-none", name)
    with pytest.raises(Denied) as refused:
        bench.do(EVE, people.note, name, asks.Note(text="hello"))
    assert name not in str(refused.value)
    assert bench.do(BOB, people.note, name, asks.Note(text="hello"))


def test_nothing_is_merged_into_an_incident_that_one_cannot_see() -> None:
    bench = Bench()
    name, other = security(bench), bench.declared()
    with pytest.raises(NotFound):
        bench.do(ADA, people.merge, other, asks.Merge(into=name, reason="the same"))


def test_any_incident_can_be_restricted_and_whoever_does_it_stays_inside() -> None:
    bench = Bench()
    name = bench.declared()
    bench.do(ADA, people.restrict, name, why(allow=["eve@example.com"]))
    assert insiders(bench.incident(name)) == {"ada@example.com", "eve@example.com"}
    with pytest.raises(NotNow):
        bench.do(ADA, people.restrict, name, why())
    with pytest.raises(DataError):
        bench.do(ADA, people.restrict, name, why(forbid=["ada@example.com"]))
    bench.do(ADA, people.restrict, name, why(forbid=["eve@example.com"]))
    assert insiders(bench.incident(name)) == {"ada@example.com"}
    with pytest.raises(Denied):
        bench.do(BOB, people.restrict, bench.declared(), why())
    bench.do(ADA, people.unrestrict, name, asks.Unrestrict(reason="it was an exercise"))
    assert may_see(EVE, bench.incident(name))
    with pytest.raises(NotNow):
        bench.do(ADA, people.unrestrict, name, asks.Unrestrict(reason="again"))


def test_the_store_as_somebody_sees_it_has_no_trace_of_what_they_are_outside_of() -> None:
    bench = Bench()
    hidden, shown = security(bench), bench.declared()
    kept = Evidence(
        id="EV-1", kind=EvidenceKind.ALERT, source="s", query="q", content="c", sha256=digest("c"), collected_at=NOW
    )

    def fill(ledger: Ledger) -> None:
        for number, name in enumerate((hidden, shown)):
            alert = Alert(
                id=f"ALR-x{number}",
                source="s",
                fingerprint=f"f{number}",
                status=AlertStatus.FIRING,
                title="t",
                received_at=NOW,
            )
            ledger.alerts.put(KeptAlert(alert, "opened", "r", name))
        ledger.evidence.put(hidden, kept)

    def look(ledger: Ledger) -> list[object]:
        return [
            ledger.incidents.get(hidden),
            [one.id for one in ledger.incidents.recent()],
            [one.id for one in ledger.incidents.recent(limit=1, offset=1)],
            hidden in ledger.incidents.open_heads(),
            ledger.timeline.events(hidden),
            [one.incident_id for one in ledger.timeline.heads()],
            {one.incident_id for one in ledger.alerts.recent()},
            ledger.alerts.recent(incident_id=hidden),
            ledger.evidence.get("EV-1"),
            ledger.evidence.of(hidden),
            ledger.outbox.of(hidden),
        ]

    async def both() -> tuple[list[object], list[object]]:
        await bench.store.write(fill)
        return await SeenStore(bench.store, ADA).read(look), await SeenStore(bench.store, BOB).read(look)

    outside, inside = asyncio.run(both())
    assert outside == [None, [shown], [], False, [], [shown], {shown}, [], None, [], []]
    assert inside[0] is not None
    assert (inside[1], inside[3], inside[8]) == ([shown, hidden], True, kept)
    assert inside[6] == {shown, hidden}


def test_a_page_of_a_list_is_as_long_for_those_outside_as_there_is_to_see() -> None:
    bench = Bench()
    names = [bench.declared() if number % 3 else security(bench) for number in range(30)]
    shown = [name for name in reversed(names) if may_see(ADA, bench.incident(name))]

    async def pages() -> list[str]:
        store = SeenStore(bench.store, ADA)
        found = [
            await store.read(lambda ledger, o=offset: ledger.incidents.recent(limit=7, offset=o))
            for offset in (0, 7, 14)
        ]
        return [one.id for page in found for one in page]

    assert sorted(asyncio.run(pages())) == sorted(shown)


def accessed(bench: Bench, name: str, hours: float = 0) -> None:
    ask = asks.RecordDataAccess(what="names and addresses of 40 customers", accessed_at=NOW - timedelta(hours=hours))
    bench.do(BOB, people.record_data_access, name, ask)


def test_recording_that_data_was_accessed_starts_the_clock_of_the_law() -> None:
    bench = Bench()
    name = security(bench)
    accessed(bench, name, hours=2)
    access = bench.incident(name).narrative.data_access
    assert access is not None
    assert access.notify_by == NOW + timedelta(hours=70)
    with pytest.raises(NotNow):
        accessed(bench, name)
    with pytest.raises(DataError):
        ask = asks.RecordDataAccess(what="x", accessed_at=NOW + timedelta(hours=1))
        bench.do(BOB, people.record_data_access, bench.declared(), ask)
    with pytest.raises(NotFound):
        bench.do(ADA, people.record_data_access, name, asks.RecordDataAccess(what="x"))


def test_people_are_reminded_before_the_time_is_over_and_told_when_it_is() -> None:
    bench = Bench()
    name = security(bench)
    accessed(bench, name)
    rules, done, told = SecurityRules(), set[str](), list[tuple[float, str, bool]]()
    for hour in (0, 47, 48, 50, 66, 71, 72, 73):
        incident, now = bench.incident(name), NOW + timedelta(hours=hour)
        move = progress.authority(incident, now, rules)
        if isinstance(move, Tell) and move.key not in done:
            done.add(move.key)
            bench.machine(name, *(one.body for one in move.events))
            told.append((hour, move.events[0].body.code, bool(move.letters)))
    assert told == [
        (48, AUTHORITY_DUE, True),
        (66, AUTHORITY_DUE, True),
        (71, AUTHORITY_DUE, True),
        (72, AUTHORITY_LATE, True),
    ]
    assert not bench.incident(name).owes_authority
    assert "40 customers" not in str([one.text for one in bench.incident(name).flags])


def test_the_clock_waits_for_the_next_mark_and_calls_those_inside_but_nobody_in_mode_observe() -> None:
    bench = Bench()
    name = security(bench)
    accessed(bench, name)
    assert progress.authority(bench.incident(name), NOW, RULES) == Wait(until=NOW + timedelta(hours=48))
    late = NOW + timedelta(hours=49)
    move = progress.authority(bench.incident(name), late, RULES)
    assert isinstance(move, Tell)
    assert move.again_at == NOW + timedelta(hours=66)
    assert move.letters[0].payload["people"] == "bob@example.com, sec@example.com"
    watched = progress.authority(bench.incident(name), late, RULES, Mode.OBSERVE)
    assert isinstance(watched, Tell)
    assert watched.letters == ()


def test_telling_the_authority_stops_the_clock_and_the_end_of_the_incident_does_not() -> None:
    bench = Bench()
    name = security(bench)
    accessed(bench, name)
    bench.do(LOCAL_OPERATOR, people.all_clear, name, asks.AllClear())
    assert bench.incident(name).owes_authority
    assert bench.incident(name).is_attended
    told = asks.NotifyAuthority(whom="the supervisory authority", said="what was accessed, and what we did")
    with pytest.raises(NotNow):
        bench.do(BOB, people.notify_authority, bench.declared(), told)
    bench.do(BOB, people.notify_authority, name, told)
    assert progress.authority(bench.incident(name), NOW + timedelta(days=9), RULES) is None
    with pytest.raises(NotNow):
        bench.do(BOB, people.notify_authority, name, told)


def test_the_document_says_who_sees_it_and_how_the_clock_stands() -> None:
    bench = Bench()
    name = security(bench)
    accessed(bench, name)
    text = document_markdown(document(bench.incident(name), bench.events(name)))
    assert "- Restricted: seen by bob" in text
    assert "names and addresses of 40 customers" in text
    assert "- Authorities: to be told by 2026-11-24 03:04 UTC, NOT TOLD YET" in text
    assert "Restricted" not in document_markdown(document(bench.incident(bench.declared()), ()))


def test_programs_confirm_no_access_to_data() -> None:
    bench = Bench()
    with pytest.raises(Denied):
        bench.do(SERVICE, people.record_data_access, bench.declared(), asks.RecordDataAccess(what="x"))


def test_a_declaration_is_not_yet_restricted_for_nobody_knows_what_it_is() -> None:
    bench = Bench()
    name = bench.declared()
    assert isinstance(bench.events(name)[0].body, Declared)
    assert may_see(EVE, bench.incident(name))


def test_an_alert_joins_the_incident_it_belongs_to_whoever_hands_it_in() -> None:
    house = House()
    first = house.post("/hooks/plain", SLOW).json()["incidents"][0]
    body = RestrictionSet(restricted=True, people=("bob@example.com",), reason="r")
    asyncio.run(house.rooms.store.write(lambda ledger: ledger.timeline.append(first, body, actor="system", at=START)))
    seen = house.rooms.seen_by(EVE)
    sent = json.dumps([{"name": "errors", "service": "shop"}]).encode()
    delivery = Delivery(id="DLV-x", source="plain", received_at=START, body=sent)
    accepted = asyncio.run(letters.accept(seen, delivery, Sender({})))
    assert [one.disposition for one in accepted.outcome.decisions] == ["joined"]
