"""Root cause: each rule on a small system of its own, what may be missing, and what must not matter."""

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.analysis.rootcause import flow, levels, ranking, silence, steps, timing
from tocsin.analysis.rootcause.observed import Line, Observed, Stretch
from tocsin.model.signals import Series, Span

ONSET = 600.0
CALM, SLOW = 0.1, 2.0


def series(service: str, metric: str, values: list[float]) -> Series:
    return Series(service, metric, tuple(60.0 * at for at in range(len(values))), tuple(values), ())


def steady(level: float, then: float | None = None, *, count: int = 20) -> list[float]:
    """Ten minutes at one level with a little wobble, then ten at another."""
    after = level if then is None else then
    return [(level if 60 * at < ONSET else after) * (1 + 0.01 * (at % 3)) for at in range(count)]


def shop(slow: dict[str, float], **more: object) -> Observed:
    """A web shop in which the services named are that slow since the onset."""
    edges = (("web", "cart"), ("web", "search"), ("cart", "pay"), ("pay", "db"), ("search", "db"))
    services = ("web", "cart", "search", "pay", "db")
    found = tuple(series(name, "latency average", steady(CALM, slow.get(name))) for name in services)
    known: dict[str, object] = {"recent": Stretch(found), "edges": edges, "onset": ONSET, "alarm": ("web", "latency")}
    return Observed(**(known | more))  # type: ignore[arg-type]


def first(observed: Observed) -> str:
    return ranking.rank(observed)[0].service


def visit(at: int, service: str, operation: str, seconds: float, *, parent: str = "", start: float = 0.0) -> Span:
    return Span(f"t{at}", f"{service}-{operation}-{at}", parent, service, operation, start, seconds)


def call(at: int, *, own: float = 0.01, way: float = 0.001, start: float) -> list[Span]:
    """A gateway that calls a store: the store works `own` seconds, and the way there takes `way`."""
    return [
        visit(at, "gateway", "GET", own + way + 0.005, start=start),
        visit(at, "store", "read", own, parent=f"gateway-GET-{at}", start=start + 0.002 + way / 2),
    ]


def stretch_of(calls: list[list[Span]]) -> Stretch:
    return Stretch(spans=tuple(span for one in calls for span in one))


def test_a_slow_dependency_explains_its_callers():
    assert first(shop({"web": SLOW, "cart": SLOW, "pay": SLOW})) == "pay"


def test_a_dependency_shared_by_two_slow_branches_is_blamed_before_either_of_them():
    assert first(shop(dict.fromkeys(("web", "cart", "search", "pay", "db"), SLOW))) == "db"


def test_a_slow_service_whose_dependencies_are_well_is_blamed_itself():
    assert first(shop({"web": SLOW})) == "web"


def test_a_dependency_that_is_a_little_slower_does_not_take_the_blame_for_a_much_slower_caller():
    assert first(shop({"web": 3.0, "cart": 3.0, "pay": CALM * 1.3})) == "cart"


def test_a_component_that_appears_with_the_trouble_is_no_cause_but_whoever_began_to_call_it():
    stranger = series("nowhere", "latency average", [math.nan] * 10 + [SLOW] * 10)
    observed = shop({"web": SLOW, "cart": SLOW})
    recent = Stretch((*observed.recent.series, stranger))
    assert first(shop({}, recent=recent, edges=(*observed.edges, ("cart", "nowhere")))) == "cart"


def test_without_an_alarm_the_unexplained_trouble_is_still_found():
    assert first(shop({"web": SLOW, "cart": SLOW, "pay": SLOW}, alarm=None)) == "pay"


def test_a_drop_of_availability_is_followed_like_a_rise_of_errors():
    falls = {"web": 97.0, "cart": 80.0}
    found = tuple(series(name, "availability", steady(99.9, falls.get(name))) for name in ("web", "cart", "pay"))
    observed = Observed(Stretch(found), Stretch(), (("web", "cart"), ("cart", "pay")), ONSET, ("web", "availability"))
    assert first(observed) == "cart"


def with_failures(slow: dict[str, float], failing: dict[str, float]) -> tuple[Series, ...]:
    """The shop with the share of requests that are answered, beside how slow they are."""
    full = (
        series(name, "availability", steady(99.9, failing.get(name))) for name in ("web", "cart", "search", "pay", "db")
    )
    return (*shop(slow).recent.series, *full)


def test_an_alarm_that_names_no_signal_means_the_trouble_that_the_alerted_service_is_in_itself():
    told = {
        "recent": Stretch(with_failures({"search": SLOW, "db": SLOW}, {"web": 60.0, "cart": 60.0})),
        "alarm": ("web", ""),
    }
    assert first(shop({}, **told)) == "cart"


def test_an_alarm_that_may_mean_either_of_two_troubles_is_half_as_sure_of_each():
    both = with_failures({"web": SLOW, "search": SLOW}, {"web": 60.0, "cart": 60.0})
    found = flow.testify(shop({}, recent=Stretch(both), alarm=("web", "")))
    assert {name for name, share in found.weights.items() if share > 0.3} == {"search", "cart"}


def test_an_alarm_of_a_service_that_nobody_measures_weighs_the_calls_no_more_than_no_alarm():
    slow = {"web": SLOW, "cart": SLOW, "pay": SLOW}
    unmeasured, silent = (flow.testify(shop(slow, alarm=alarm)) for alarm in (("phone", "latency"), None))
    assert unmeasured == silent and silent.sure < flow.testify(shop(slow)).sure


def test_a_rise_of_every_night_is_no_trouble_of_tonight():
    nightly = steady(10.0, 95.0, count=60)
    tonight = (
        series("backup", "cpu", nightly),
        series("pay", "cpu", steady(10.0, 60.0, count=60)),
        series("db", "cpu", steady(10.0, count=60)),
    )
    day_before = (series("backup", "cpu", nightly), series("pay", "cpu", steady(10.0, count=60)))
    observed = Observed(Stretch(tonight), Stretch(day_before), onset=ONSET)
    assert [first(observed), first(Observed(Stretch(tonight), onset=ONSET))] == ["pay", "backup"]


def stopping(observed: Observed, *services: str, left: int = 12) -> Observed:
    """The same, but these services report `left` samples and then nothing."""
    cut = (
        series(one.service, one.metric, list(one.values[:left])) if one.service in services else one
        for one in observed.recent.series
    )
    return replace(observed, recent=Stretch(tuple(cut)))


def test_a_dependency_that_reports_nothing_any_more_explains_its_callers_trouble():
    slow = shop({"web": SLOW, "cart": SLOW})
    assert first(slow) == "cart"
    assert first(stopping(slow, "pay")) == "pay"
    assert "reports nothing any more" in ranking.rank(stopping(slow, "pay"))[0].reasons[0].text


def test_when_most_stop_reporting_the_collector_is_down_and_nobody_is_accused_of_silence():
    slow = shop({"web": SLOW, "cart": SLOW})
    assert first(stopping(slow, "pay", "db", "search")) == "cart"


def test_a_job_that_nobody_calls_may_simply_be_done():
    slow = shop({"web": SLOW})
    with_job = replace(slow, recent=Stretch((*slow.recent.series, series("nightly", "cpu", steady(50.0, count=12)))))
    assert first(with_job) == "web"


def test_a_service_switched_off_long_before_the_trouble_is_no_cause_of_it():
    slow = shop({"web": SLOW, "cart": SLOW}, onset=ONSET + 900)
    assert silence.silent(stopping(slow, "pay", left=5)) == ()


def test_services_that_call_each_other_in_a_circle_share_the_blame_and_end_the_walk():
    circle = (("web", "cart"), ("cart", "pay"), ("pay", "web"))
    found = flow.testify(shop({"web": SLOW, "cart": SLOW, "pay": SLOW}, edges=circle))
    assert sum(found.weights.values()) == pytest.approx(1.0, abs=0.01)


def test_a_busy_service_is_found_from_its_processor_alone():
    found = tuple(series(name, "cpu", steady(10.0, 95.0 if name == "pay" else None)) for name in ("web", "pay", "db"))
    assert first(Observed(Stretch(found), onset=ONSET)) == "pay"


def test_the_onset_need_not_be_known():
    found = tuple(
        series(name, "cpu", steady(10.0, 95.0 if name == "pay" else None, count=40)) for name in ("web", "pay", "db")
    )
    assert first(Observed(Stretch(found))) == "pay"


def test_what_changed_long_before_the_trouble_is_no_anomaly():
    reference = Stretch((series("pay", "cpu", steady(10.0)), series("db", "cpu", steady(10.0))))
    recent = Stretch((series("pay", "cpu", steady(40.0)), series("db", "cpu", steady(10.0, 20.0))))
    found = {one.series.service for one in levels.departures(Observed(recent, reference, onset=ONSET))}
    assert found == {"db"}


def test_a_metric_that_is_off_for_every_service_today_accuses_none_of_them():
    names = [f"s{at}" for at in range(12)]
    healthy = Stretch(tuple(series(name, "cpu", steady(10.0)) for name in names))
    busy = Stretch(tuple(series(name, "cpu", steady(10.0, 60.0 if name == "s3" else 14.0)) for name in names))
    found = levels.departures(Observed(busy, healthy, onset=ONSET))
    assert [one.series.service for one in found] == ["s3"]


def test_a_flat_metric_does_not_make_a_small_wobble_infinite():
    parts = levels.split(series("pay", "cpu", [5.0] * 10 + [5.1] * 10), None, ONSET)
    assert 0 < levels.distance(parts) <= 100


def test_a_caller_that_only_waits_has_no_more_time_of_its_own():
    before = [call(at, start=float(at)) for at in range(40)]
    after = [call(at, own=1.0, start=ONSET + at) for at in range(100, 140)]
    found = timing.testify(stretch_of(before).spans, stretch_of(after).spans)
    assert max(found.weights, key=found.weights.__getitem__) == "store" and "gateway" not in found.weights


def test_a_slow_way_is_laid_on_the_service_all_of_whose_callers_wait():
    def calls(numbers: range, way: float, start: float) -> list[list[Span]]:
        to_store = [call(at, way=way, start=start + at) for at in numbers]
        to_mail = [
            [
                visit(at, "gateway", "POST", 0.02, start=start + at),
                visit(at, "mail", "send", 0.01, parent=f"gateway-POST-{at}", start=start + at + 0.005),
            ]
            for at in numbers
        ]
        return to_store + to_mail

    before, after = calls(range(40), 0.001, 0.0), calls(range(100, 140), 1.0, ONSET)
    found = timing.testify(stretch_of(before).spans, stretch_of(after).spans).weights
    assert max(found, key=found.__getitem__) == "store"


def mesh(numbers: range, start: float, slow: str = "") -> list[list[Span]]:
    """A gateway that calls four services; the way to `slow` takes a second, every other a millisecond or two."""
    calls = []
    for name in ("store", "mail", "search", "pay"):
        way = 1.0 if name == slow else 0.001
        for at in numbers:
            outer = visit(at, "gateway", f"call {name}", 0.02 + way, start=start + at)
            inner = visit(at, name, "serve", 0.015, parent=outer.id, start=start + at + way / 2)
            calls.append([outer, inner])
    return calls


def test_a_single_traced_call_over_a_slow_way_is_enough_when_the_way_used_to_be_fast():
    before, after = mesh(range(10), 0.0), mesh(range(100, 101), ONSET, slow="mail")
    found = timing.testify(stretch_of(before).spans, stretch_of(after).spans).weights
    assert max(found, key=found.__getitem__) == "mail"


def test_a_slow_way_shows_against_the_other_ways_when_nobody_traced_the_time_before():
    found = timing.testify((), stretch_of(mesh(range(100, 110), ONSET, slow="pay")).spans).weights
    assert max(found, key=found.__getitem__) == "pay"


def test_one_call_that_is_no_slower_than_the_slowest_of_before_accuses_nobody():
    before, after = mesh(range(10), 0.0), mesh(range(100, 101), ONSET)
    assert not timing.testify(stretch_of(before).spans, stretch_of(after).spans).weights


def test_a_handler_waits_for_the_call_beside_it_when_a_framework_makes_them_siblings():
    spans = [
        Span("t", "root", "", "gateway", "GET", 0.0, 1.0),
        Span("t", "filter", "root", "gateway", "filter", 0.001, 0.98),
        Span("t", "http", "root", "gateway", "http", 0.002, 0.978),
        Span("t", "remote", "http", "store", "read", 0.01, 0.95),
    ]
    assert timing.own_times(spans)["gateway", "filter", ""][0] < 0.05


def walk(at: int, service: str, places: list[int], when: float) -> list[Line]:
    return [
        Line(service, when + 0.01 * step, f"a.b.Shop#{place} done", f"t{at}", f"s{at}")
        for step, place in enumerate(places)
    ]


def lines_of(walks: list[list[Line]]) -> Stretch:
    return Stretch(lines=tuple(line for one in walks for line in one))


def test_a_service_that_leaves_its_path_early_is_found_from_its_log_lines():
    before = lines_of([walk(at, "shop", [10, 20, 30], at) for at in range(30)])
    after = lines_of([walk(at, "shop", [10, 20], ONSET + at) for at in range(100, 130)])
    found = steps.testify([before], after)
    assert list(found.weights) == ["shop"] and "a.b.Shop#20" in found.reasons["shop"].text


def test_a_service_that_is_called_less_keeps_its_path_and_stays_innocent():
    before = lines_of([walk(at, "shop", [10, 20, 30], at) for at in range(30)])
    after = lines_of([walk(at, "shop", [10, 20, 30], ONSET + at) for at in range(100, 104)])
    assert not steps.testify([before], after).weights


def test_a_branch_that_always_depended_on_the_request_weighs_less_than_a_new_one():
    before = lines_of(
        [walk(at, "shop", [10, 20 + at % 2], at) for at in range(40)]
        + [walk(at, "bank", [1, 2], at) for at in range(40)]
    )
    after = lines_of(
        [walk(at, "shop", [10, 20], ONSET + at) for at in range(100, 140)]
        + [walk(at, "bank", [1, 3], ONSET + at) for at in range(200, 240)]
    )
    found = steps.testify([before], after).weights
    assert found["bank"] > 2 * found.get("shop", 0.0)


def test_a_changed_path_in_the_dependency_explains_the_changed_path_of_its_caller():
    def both(numbers: range, places: list[int], when: float) -> list[list[Line]]:
        return [walk(at, name, places, when + at) for at in numbers for name in ("shop", "bank")]

    before, after = both(range(30), [1, 2], 0.0), both(range(100, 130), [1, 3], ONSET)
    reference, recent = lines_of(before), lines_of(after)
    assert first(Observed(recent, reference, (("shop", "bank"),))) == "bank"


def test_between_two_alike_the_one_changed_just_before_is_named_first():
    found = tuple(series(name, "cpu", steady(10.0, 60.0)) for name in ("web", "pay"))
    assert first(Observed(Stretch(found), onset=ONSET, changes={"pay": ONSET - 300})) == "pay"


def test_a_change_alone_does_not_outweigh_a_service_that_misbehaves():
    found = (series("web", "cpu", steady(10.0)), series("pay", "cpu", steady(10.0, 95.0)))
    assert first(Observed(Stretch(found), onset=ONSET, changes={"web": ONSET - 60})) == "pay"


def test_a_change_after_the_trouble_is_no_reason():
    found = tuple(series(name, "cpu", steady(10.0, 60.0)) for name in ("web", "pay"))
    assert first(Observed(Stretch(found), onset=ONSET, changes={"pay": ONSET + 600})) == "web"


def test_reasons_are_sentences_with_numbers():
    top = ranking.rank(shop({"web": SLOW, "cart": SLOW}))[0]
    assert top.service == "cart" and "0.1" in top.reasons[0].text and "2" in top.reasons[0].text


def test_nothing_seen_means_nobody_is_suspected():
    assert ranking.rank(Observed(Stretch())) == ()


names = st.sampled_from(["a", "b", "c", "d"])
numbers = st.one_of(st.floats(allow_nan=True, allow_infinity=True), st.integers(-5, 5).map(float))
made_series = st.builds(
    lambda name, metric, values: series(name, metric, values),
    names,
    st.sampled_from(["cpu", "latency", "errors", "requests", "availability", ""]),
    st.lists(numbers, max_size=40),
)
made_spans = st.builds(
    lambda at, name, parent, begun, lasted: Span("t", str(at), str(parent), name, "op", begun, lasted),
    st.integers(0, 9),
    names,
    st.integers(0, 9),
    st.floats(0, 1200),
    st.floats(0, 10),
)
made_lines = st.builds(
    lambda name, at, text: Line(name, at, text, "t", "s"), names, st.floats(0, 1200), st.text(max_size=30)
)
made_stretch = st.builds(
    Stretch,
    st.lists(made_series, max_size=6).map(tuple),
    st.lists(made_spans, max_size=20).map(tuple),
    st.lists(made_lines, max_size=10).map(tuple),
)
made = st.builds(
    Observed,
    recent=made_stretch,
    reference=made_stretch,
    edges=st.lists(st.tuples(names, names), max_size=8).map(tuple),
    onset=st.one_of(st.none(), st.floats(0, 1200)),
    changes=st.dictionaries(names, st.floats(0, 1200), max_size=2),
    alarm=st.one_of(st.none(), st.tuples(names, st.sampled_from(["latency", "errors", "saturation", ""]))),
)


@given(made)
@settings(max_examples=60, deadline=None)
def test_whatever_is_missing_or_broken_a_ranking_of_all_services_comes_back(observed: Observed):
    found = ranking.rank(observed)
    assert {one.service for one in found} == set(ranking.services(observed))
    assert all(math.isfinite(one.share) and 0 <= one.share <= 1.000001 for one in found)


def renamed(observed: Observed, to: dict[str, str]) -> Observed:
    def stretch(one: Stretch) -> Stretch:
        return Stretch(
            tuple(Series(to[each.service], each.metric, each.times, each.values, ()) for each in one.series),
            tuple(
                Span(each.trace, each.id, each.parent, to[each.service], each.operation, each.start, each.seconds)
                for each in one.spans
            ),
            tuple(Line(to[each.service], each.at, each.text, each.trace, each.span) for each in one.lines),
        )

    edges = tuple((to[caller], to[callee]) for caller, callee in observed.edges)
    alarm = (to[observed.alarm[0]], observed.alarm[1]) if observed.alarm else None
    changes = {to[service]: at for service, at in observed.changes.items()}
    return Observed(stretch(observed.recent), stretch(observed.reference), edges, observed.onset, alarm, changes)


@given(made)
@settings(max_examples=60, deadline=None)
def test_calling_every_service_otherwise_changes_no_rank(observed: Observed):
    to = {"a": "zz-9", "b": "m", "c": "Alpha", "d": "b"}
    found = [(one.service, one.share) for one in ranking.rank(observed)]
    other = [(one.service, one.share) for one in ranking.rank(renamed(observed, to))]
    assert other == [(to[service], pytest.approx(share)) for service, share in found]


def test_the_order_in_which_samples_arrive_does_not_matter_to_traces():
    spans = [span for at in range(30) for span in call(at, start=float(at))]
    mixed = spans.copy()
    random.Random(7).shuffle(mixed)
    assert {key: sorted(times) for key, times in timing.own_times(spans).items()} == {
        key: sorted(times) for key, times in timing.own_times(mixed).items()
    }
