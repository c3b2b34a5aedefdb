"""The call graph and the changes: who suffers, who fails next, and which change deserves the first look."""

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tocsin.analysis import changes
from tocsin.analysis.topology import Graph
from tocsin.model.change import Change, ChangeKind

SHOP = [("web", "cart"), ("app", "cart"), ("cart", "pay"), ("pay", "db"), ("bill", "db"), ("cart", "auth")]
ONSET = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


def test_the_blast_radius_holds_everyone_who_calls_through_callers():
    assert [(one.service, one.depth) for one in Graph(SHOP).affected("db")] == [
        ("pay", 1),
        ("bill", 1),
        ("cart", 2),
        ("web", 3),
        ("app", 3),
    ]


def test_upstream_are_callers_and_downstream_are_dependencies():
    graph = Graph(SHOP)
    assert graph.callers("cart") == ["web", "app"] and graph.callees("cart") == ["pay", "auth"]
    assert [one.service for one in graph.needs("cart")] == ["pay", "auth", "db"]


def test_who_leans_on_the_broken_part_alone_fails_first():
    graph = Graph([("a", "db"), ("b", "db"), ("b", "cache"), ("b", "mail"), ("c", "a")])
    assert [one.service for one in graph.next_to_fail("db", most=3)] == ["a", "c", "b"]
    assert graph.next_to_fail("db", already={"a"}, most=1)[0].service == "c"


def test_services_that_call_each_other_in_a_circle_do_not_hang_the_walk():
    graph = Graph([("a", "b"), ("b", "c"), ("c", "a"), ("a", "a")])
    assert {one.service for one in graph.affected("a")} == {"b", "c"}


def test_a_service_is_found_whatever_its_spelling():
    assert Graph([("Web_Front", "db")]).find("", "nope", "web-front") == "Web_Front"
    assert Graph(SHOP).find("nobody") == "" == Graph([]).find("x")


def test_ten_thousand_services_are_walked_whole():
    dice = random.Random(7)
    edges = [(f"s{dice.randrange(at)}", f"s{at}") for at in range(1, 10_000)]
    edges += [(f"s{dice.randrange(10_000)}", f"s{dice.randrange(10_000)}") for _ in range(20_000)]
    graph = Graph(edges)
    assert graph.affected("s9999")


names = st.sampled_from([f"n{at}" for at in range(9)])


@given(st.lists(st.tuples(names, names), max_size=40), names)
def test_the_blast_radius_is_what_brute_force_finds(edges, service):
    found = {one.service: one.depth for one in Graph(edges).affected(service)}
    depth, brute = 0, {service: 0}
    while depth < 10:
        depth += 1
        for caller, callee in edges:
            if brute.get(callee, 99) == depth - 1 and caller not in brute:
                brute[caller] = depth
    del brute[service]
    assert found == brute


def change(identity: str, service: str, minutes: float, kind: ChangeKind = ChangeKind.DEPLOY) -> Change:
    return Change(
        id=identity, kind=kind, service=service, at=ONSET - timedelta(minutes=minutes), text=f"line {identity}"
    )


def ranked(*many: Change, service: str = "pay") -> list[str]:
    return [one.change.id for one in changes.rank(many, ONSET, service, Graph(SHOP).distances(service))]


def test_the_change_closest_before_the_onset_comes_first():
    assert ranked(change("old", "pay", 300), change("near", "pay", 12), change("mid", "pay", 70)) == [
        "near",
        "mid",
        "old",
    ]


def test_a_change_of_the_service_itself_outranks_its_dependency_and_a_stranger():
    own, needed, stranger = change("own", "pay", 20), change("needed", "db", 20), change("other", "auth", 20)
    assert ranked(stranger, needed, own) == ["own", "needed", "other"]


def test_a_change_after_the_onset_is_not_blamed_for_it():
    assert ranked(change("after", "pay", -10), change("before", "db", 60)) == ["before", "after"]


def test_clocks_that_differ_by_a_minute_do_not_acquit_a_deploy():
    assert ranked(change("skewed", "pay", -1), change("old", "pay", 90)) == ["skewed", "old"]


@given(st.lists(st.tuples(st.sampled_from(["pay", "db", "web", "auth", "x"]), st.floats(-60, 1440)), max_size=12))
def test_renaming_every_service_leaves_the_ranking_of_changes_as_it_was(cases):
    def order(rename):
        graph = Graph([(rename(a), rename(b)) for a, b in SHOP])
        many = [change(str(at), rename(service), minutes) for at, (service, minutes) in enumerate(cases)]
        return [one.change.id for one in changes.rank(many, ONSET, rename("pay"), graph.distances(rename("pay")))]

    assert order(str) == order(lambda name: f"zz-{name[::-1]}")
