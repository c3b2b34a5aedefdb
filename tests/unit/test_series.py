"""Series: onsets found without being told, and anomalies ranked by what hurts."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.analysis import meaning, series
from tocsin.model.signals import Series


def made(values: list[float], metric: str = "queue_depth", service: str = "a", unit: str = "") -> Series:
    times = tuple(1000.0 + 60 * i for i in range(len(values)))
    return Series(
        service, metric, times, tuple(values), tuple(f"{t} {v}" for t, v in zip(times, values, strict=True)), unit
    )


def noisy(level: float, spread: float, count: int, seed: int = 1) -> list[float]:
    dice = random.Random(seed)
    return [level + dice.gauss(0, spread) for _ in range(count)]


def test_a_step_is_dated_to_its_first_sample():
    shift = series.find_shift(noisy(10, 1, 60) + noisy(30, 1, 20))
    assert shift and shift.start == 60 and shift.rising and shift.persistence == 1.0
    assert shift.before == pytest.approx(10, abs=1) and shift.after == pytest.approx(30, abs=1)


def test_a_step_out_of_perfect_calm_is_dated_although_nothing_varied_before():
    shift = series.find_shift([0.0] * 50 + [7.0] * 10)
    assert shift and shift.start == 50 and shift.before == 0 and shift.after == 7


def test_a_percent_more_of_a_steady_level_is_not_called_an_anomaly():
    assert series.find_shift([100.0] * 50 + [100.9] * 10) is None


def test_one_wild_sample_is_not_mistaken_for_a_shift():
    values = noisy(10, 1, 100)
    values[50] = 10_000
    assert series.find_shift(values) is None


def test_a_shift_is_found_although_the_time_before_was_full_of_spikes():
    values = noisy(10, 1, 100)
    for at in range(5, 100, 20):
        values[at] = 400
    shift = series.find_shift(values + noisy(80, 2, 25, 2))
    assert shift and shift.start == 100


def test_a_short_incident_that_is_over_again_is_still_found():
    shift = series.find_shift([*noisy(10, 1, 80), 60.0, 62, 61, 63, 64, 60, *noisy(10, 1, 40, 3)])
    assert shift and shift.start == 80 and shift.end == 86 and shift.persistence < 0.5


def test_missing_samples_do_not_move_the_onset():
    values = noisy(10, 1, 60) + noisy(40, 1, 20)
    for at in (3, 20, 21, 22, 59, 65):
        values[at] = math.nan
    shift = series.find_shift(values)
    assert shift and shift.start == 60


def test_few_points_are_enough_when_the_jump_is_plain():
    shift = series.find_shift([1.0, 1.1, 0.9, 50.0, 52.0])
    assert shift and shift.start == 3


def test_an_ever_growing_counter_is_judged_by_its_rate():
    values, total = [], 0.0
    for at in range(80):
        total += 10 if at < 60 else 90
        values.append(total)
    anomaly = series.judge(made(values, "http_errors_total"))
    assert anomaly and anomaly.shift.counter and anomaly.shift.start == 60
    assert (anomaly.shift.before, anomaly.shift.after) == (10, 90)


def test_a_counter_that_restarts_from_zero_raises_no_alarm():
    values = [float(10 * at) for at in range(50)] + [float(10 * at) for at in range(30)]
    assert series.judge(made(values, "requests_total")) is None


def test_a_growing_lag_is_not_mistaken_for_a_counter():
    assert not series.is_counter("replication_lag_seconds", [float(at) for at in range(60)])


def test_lost_availability_hurts_and_gained_availability_does_not():
    fell = series.judge(made([99.99, 99.98, 100, 99.99] * 10 + [97.0] * 10, "availability", unit="%"))
    rose = series.judge(made([97.0, 97.1] * 20 + [99.99] * 10, "availability"))
    assert fell and not fell.shift.rising and fell.bad is True
    assert rose and rose.shift.rising and rose.bad is False


def test_what_hurts_ranks_above_what_merely_changes():
    errors = made(noisy(10, 1, 60) + noisy(30, 1, 20), "error_rate", "b")
    traffic = made(noisy(10, 1, 60) + noisy(30, 1, 20), "requests_per_second", "c")
    unknown = made(noisy(10, 1, 60) + noisy(30, 1, 20), "wobble", "d")
    assert [one.series.service for one in series.rank([traffic, unknown, errors])] == ["b", "d", "c"]


@pytest.mark.parametrize(
    ("metric", "signal"),
    [
        ("http_requests_errors_total", "errors"),
        ("RequestLatencyP99", "latency"),
        ("pg_active_connections", "saturation"),
        ("consumer_lag", "backlog"),
        ("success_rate", "success"),
        ("requests_per_second", "traffic"),
        ("replicas_unavailable", "errors"),
        ("disk_free_bytes", "availability"),
        ("zorble", ""),
    ],
)
def test_general_metric_words_tell_what_a_metric_means(metric, signal):
    assert meaning.signal_of(metric) == signal


@pytest.mark.parametrize(
    ("metric", "unit", "value", "said"),
    [
        ("error_ratio", "", 0.453, "45.3%"),
        ("memory_bytes", "", 4.1e8, "410 MB"),
        ("p99_latency_ms", "", 4089.2, "4089 ms"),
        ("requests_per_second", "", 299.0, "299"),
        ("availability", "%", 99.95, "99.95%"),
        ("active_connections", "", 500.0, "500"),
    ],
)
def test_numbers_are_said_as_a_person_says_them(metric, unit, value, said):
    assert meaning.said(value, meaning.unit_of(metric, unit)) == said


anything = st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=120)


@given(anything, st.sampled_from(["errors_total", "availability", "x", "lag"]))
def test_no_series_however_broken_stops_the_analysis(values, metric):
    anomaly = series.judge(made(values, metric))
    times, kept = series.sparkline(made(values, metric))
    assert len(times) == len(kept) <= 60 and all(math.isfinite(value) for value in kept)
    if anomaly:
        assert 0 <= anomaly.shift.start < anomaly.shift.end <= len(values)
        assert anomaly.shift.start <= anomaly.shift.peak < anomaly.shift.end
        assert 0 <= anomaly.strength <= 1 and 0 <= anomaly.shift.persistence <= 1 and anomaly.shift.score <= 100


levels = st.tuples(st.floats(1, 1000), st.floats(1, 1000), st.integers(0, 10_000))


@given(st.lists(levels, min_size=2, max_size=6), st.sampled_from([1e-6, 0.125, 3.0, 1e6]), st.randoms())
def test_neither_units_nor_names_change_the_ranking(cases, factor, dice):
    plain = [
        noisy(before, before / 10, 40, seed) + noisy(after, after / 10, 12, seed + 1) for before, after, seed in cases
    ]
    names = [f"service-{at}" for at in range(len(plain))]
    renamed = dict(zip(names, dice.sample([f"x{at}" for at in range(99)], len(names)), strict=True))
    first = series.rank([made(values, "load", name) for values, name in zip(plain, names, strict=True)])
    second = series.rank(
        [made([v * factor for v in values], "load", renamed[name]) for values, name in zip(plain, names, strict=True)]
    )
    assert [renamed[one.series.service] for one in first] == [one.series.service for one in second]
    assert [one.shift.start for one in first] == [one.shift.start for one in second]


def test_a_sparkline_keeps_the_peak_of_a_long_series():
    values = [1.0] * 1000
    values[777] = 99.0
    _, kept = series.sparkline(made(values))
    assert max(kept) == 99.0 and len(kept) == 60
