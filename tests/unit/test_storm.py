"""Storms: hundreds of alerts are one incident, and the service it began at is named with reasons."""

from datetime import timedelta
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.test_intake import START, House, alert

from tocsin.analysis.storm import Heard, candidates
from tocsin.analysis.topology import Graph
from tocsin.model.alert import Alert
from tocsin.model.catalogue import Catalogue, Service
from tocsin.model.event import AlertJoined, Noted
from tocsin.model.incident import Incident
from tocsin.stages import storm
from tocsin.stages.intake import IntakeRules, receive

FRONTS = tuple(f"front-{at}" for at in range(38))
SHOP = Catalogue(
    services=(
        Service(name="payments-db"),
        Service(name="mail"),
        Service(name="payments", depends_on=("payments-db",)),
        Service(name="checkout", depends_on=("payments",)),
        Service(name="cart", depends_on=("payments-db",)),
        *(
            Service(name=name, depends_on=("checkout", "cart", *(["mail"] if name == "front-0" else [])))
            for name in FRONTS
        ),
    )
)
STORM = [{"rule": "same_service", "within_minutes": 120}, {"rule": "common_cause", "within_minutes": 15}]


def rings(service: str, at: float, title: str = "p99 latency above 2s", came: float | None = None) -> Alert:
    """An alert of a service that began so many seconds after START."""
    one = alert(f"{service} {title}", service, at=at / 60, title=f"{service} {title}", id=f"A-{service}-{at}")
    return one.model_copy(update={"received_at": START + timedelta(seconds=at if came is None else came)})


def whole_storm() -> list[Alert]:
    return [
        rings("payments-db", 0, "has no connections left"),
        rings("payments", 20),
        rings("cart", 25),
        rings("checkout", 40),
        *(rings(name, 60 + at) for at, name in enumerate(FRONTS)),
    ]


def test_the_service_all_others_need_and_that_alerted_first_is_named_with_the_reasons() -> None:
    said = storm.judged(Incident(id="I"), whole_storm(), SHOP)
    assert said is not None
    assert said.cause.service == "payments-db"
    assert "42 alerts of 42 services: payments-db is the most likely first cause" in said.cause.text
    assert "and 39 others depend on it, it alerted first (12:00:00 UTC), it speaks of its own state" in said.cause.text
    assert said.cause.confidence > 0.8


def test_an_earlier_alert_that_arrives_late_changes_the_answer_and_says_why() -> None:
    late = rings("payments-db", 0, "has no connections left", came=300)
    before = storm.judged(
        Incident(id="I"), [one for one in whole_storm() if one.service in ("checkout", *FRONTS)], SHOP
    )
    assert before is not None
    assert before.cause.service == "checkout"
    known = Incident(id="I", storm=before.cause)
    after = storm.judged(known, [*whole_storm()[1:], late], SHOP)
    assert after is not None
    assert (after.before, after.cause.service) == ("checkout", "payments-db")
    assert after.why == "its first alert began at 12:00:00 UTC and arrived at 12:05:00 UTC, after 41 others"


def test_the_same_answer_is_not_told_again() -> None:
    said = storm.judged(Incident(id="I"), whole_storm(), SHOP)
    assert said is not None
    assert storm.judged(Incident(id="I", storm=said.cause), whole_storm(), SHOP) is None


def test_where_nobody_knows_who_calls_whom_time_and_the_kind_of_alert_decide_and_it_says_so() -> None:
    said = storm.judged(Incident(id="I"), whole_storm(), Catalogue())
    assert said is not None
    assert said.cause.service == "payments-db"
    assert "who calls whom is not known" in said.cause.text
    assert said.cause.confidence < 0.8


def test_what_all_have_in_common_is_named_even_when_its_own_alert_was_lost() -> None:
    said = storm.judged(Incident(id="I"), [rings(name, at) for at, name in enumerate(("payments", "cart"))] + [
        rings("checkout", 50), *(rings(name, 60) for name in FRONTS)
    ], SHOP)  # fmt: skip
    assert said is not None
    assert (said.cause.service, said.cause.heard) == ("payments-db", False)
    assert "no alert of its own came" in said.cause.text


def house() -> House:
    return House(correlation=STORM)


def taken(made: House, *alerts: Alert, catalogue: Catalogue = SHOP) -> None:
    made.do(lambda ledger: receive(ledger, alerts, made.rules, catalogue, made.now, made.names))


def test_in_whatever_order_a_storm_arrives_it_ends_as_one_incident() -> None:
    some = [rings("payments-db", 0), rings("payments", 1), rings("cart", 2), rings("checkout", 3), rings("front-1", 4)]
    for order in permutations(some):
        made = house()
        for one in order:
            taken(made, one)
        assert len(made.open_incidents()) == 1, [one.service for one in order]
        assert len(next(iter(made.open_incidents().values()))) == len(some)


def test_incidents_that_turn_out_to_be_one_storm_are_made_one_and_both_timelines_say_so() -> None:
    made = house()
    taken(made, rings("cart", 0))
    taken(made, rings("payments", 1))
    assert len(made.open_incidents()) == 2
    taken(made, rings("payments-db", 2))
    (whole,) = made.open_incidents()
    part = _merged(made)
    assert part.merged_into == whole
    said = [one for one in made.bodies(whole) if isinstance(one, Noted | AlertJoined)]
    assert any(f"{part.id} is part of this incident" in getattr(one, "text", "") for one in said)


TWO = Catalogue(
    services=(
        *SHOP.services,
        Service(name="index"),
        Service(name="search", depends_on=("index",)),
        Service(name="suggest", depends_on=("index",)),
    )
)
LABELS = {"rule": "same_labels", "labels": ["alertname"], "within_minutes": 15}


def labelled(service: str, at: float) -> Alert:
    return rings(service, at).model_copy(update={"labels": {"alertname": "HighLatency"}})


def test_two_storms_at_once_stay_two_though_their_alerts_have_one_name_and_strangers_ring_among_them() -> None:
    made = House(correlation=[*STORM, LABELS])
    names = ["search", "cart", "stranger-1", "suggest", "payments", "stranger-2", "stranger-3", "index", "payments-db"]
    for one in [labelled(name, at) for at, name in enumerate(names)]:
        taken(made, one, catalogue=TWO)
    found = made.do(lambda ledger: ledger.incidents.recent(open_only=True, limit=9))
    known = {"search", "suggest", "index"}, {"cart", "payments", "payments-db"}
    mine = [{name for name in one.services if not name.startswith("stranger")} for one in found]
    assert sorted(map(sorted, mine)) == sorted(map(sorted, known))


def test_an_incident_that_a_person_works_on_is_never_merged_by_a_machine() -> None:
    made = house()
    for service in ("cart", "payments"):
        taken(made, rings(service, 0))
    for name in made.open_incidents():
        made.do(
            lambda ledger, name=name: ledger.timeline.append(name, Noted(text="mine"), actor="person:ada", at=made.now)
        )
    taken(made, rings("payments-db", 2))
    assert len(made.open_incidents()) == 2


def test_a_service_that_is_only_needed_by_a_victim_stays_apart_from_the_storm() -> None:
    made = house()
    taken(made, *whole_storm())
    taken(made, rings("mail", 90, "queue is full"))
    assert sorted(len(alerts) for alerts in made.open_incidents().values()) == [1, 42]


def _merged(made: House) -> Incident:
    found = made.do(lambda ledger: ledger.incidents.recent(limit=100))
    return next(one for one in found if one.merged_into)


edges = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=30)
heard = st.lists(
    st.builds(
        Heard, st.integers(0, 11).map(str), st.floats(0, 600), st.integers(1, 5), st.sampled_from([True, False, None])
    ),
    max_size=12,
    unique_by=lambda one: one.service,
)


@settings(max_examples=60, deadline=None)
@given(heard, edges)
def test_belief_is_shared_out_whole_and_names_do_not_matter(known: list[Heard], pairs: list[tuple[int, int]]) -> None:
    calls = [(str(caller), str(callee)) for caller, callee in pairs]
    found = candidates(known, Graph(calls))
    assert abs(sum(one.share for one in found) - (1 if known else 0)) < 1e-9
    assert [one.share for one in found] == sorted((one.share for one in found), reverse=True)
    other = candidates(
        [Heard(f"x{one.service}", one.at, one.alerts, one.own, one.severe) for one in known],
        Graph((f"x{caller}", f"x{callee}") for caller, callee in calls),
    )
    assert [(f"x{one.service}", one.share) for one in found] == [(one.service, one.share) for one in other]


@settings(max_examples=60, deadline=None)
@given(st.permutations(["payments-db", "payments", "cart", "checkout", "mail", "front-1", "front-2"]))
def test_every_alert_has_exactly_one_incident_and_none_is_lost(order: list[str]) -> None:
    made = house()
    for service in order:
        taken(made, rings(service, 0))
    kept = made.kept()
    assert len(kept) == len(order)
    standing = made.open_incidents()
    assert sorted(one for alerts in standing.values() for one in alerts) == sorted(one.alert.id for one in kept)
    assert {one.incident_id for one in kept} == set(standing)


def test_the_rule_is_shipped() -> None:
    from tocsin.config import load

    rules = load(None).section("intake", IntakeRules).correlation
    assert [one.rule for one in rules] == ["same_service", "common_cause", "same_labels"]
