"""A verifier never cries wolf on a good fix, nor passes a bad one: simulated series of both kinds."""

import math
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.library.expect import comparison, met
from tocsin.model.signals import Series
from tocsin.stages.verify.judge import Condition, Reading, Ruling, Thinness, band, read, rule, together

T0 = datetime(2026, 5, 1, 3, 0, tzinfo=UTC)
STEP = 15.0
HOLD = timedelta(minutes=2)
WITHIN = timedelta(minutes=10)
THIN = Thinness(samples=4, gap=timedelta(minutes=1))
NORMAL, WORST = 0.2, 5.0


def before(seed=1, noise=0.02):
    chance = random.Random(seed)
    return [NORMAL * (1 + chance.gauss(0, noise)) for _ in range(60)]


LINES = band(before(), NORMAL, WORST)


def series(shape, minutes=20, step=STEP):
    """`shape` gives the value so many seconds after the step has finished; None is a missing sample."""
    points = [(at, shape(at)) for at in (number * step for number in range(int(minutes * 60 / step)))]
    kept = [(T0.timestamp() + at, value) for at, value in points if value is not None]
    times, values = zip(*kept, strict=True) if kept else ((), ())
    return Series("shop", "latency_seconds", times, values, tuple(f"{at} {value}" for at, value in kept))


def verdict(one, lines=LINES, hold=HOLD, within=WITHIN):
    """The first ruling that is not to wait, looking every half minute, and when it came."""
    elapsed = hold
    while elapsed <= 2 * within + timedelta(minutes=1):
        now = T0 + elapsed
        start = max(T0, now - hold)
        seen = Series(one.service, one.metric, *_until(one, now), one.cites[: len(_until(one, now)[0])])
        ruling = rule(read(seen, lines.holds, lines.bad, start, now, THIN).condition, elapsed, within)
        if ruling is not Ruling.WAIT:
            return ruling, elapsed
        elapsed += timedelta(seconds=30)
    return Ruling.WAIT, elapsed


def _until(one, now):
    count = sum(at <= now.timestamp() for at in one.times)
    return one.times[:count], one.values[:count]


def noisy(seed, share):
    chance = random.Random(seed)
    return lambda: 1 + chance.gauss(0, share)


@pytest.mark.parametrize("seed", range(20))
def test_a_fix_that_helps_at_once_is_verified_through_noise(seed):
    shake = noisy(seed, 0.1)
    ruling, elapsed = verdict(series(lambda at: (NORMAL if at > 10 else WORST) * shake()))
    assert ruling is Ruling.PASSED
    assert elapsed <= timedelta(minutes=4)


@pytest.mark.parametrize("seed", range(20))
def test_a_fix_that_does_not_help_is_never_passed_and_is_condemned_when_its_time_is_over(seed):
    shake = noisy(seed, 0.1)
    ruling, elapsed = verdict(series(lambda _: WORST * shake()))
    assert ruling is Ruling.FAILED
    assert elapsed >= WITHIN


@pytest.mark.parametrize("seed", range(20))
def test_a_slow_recovery_is_waited_for_and_not_condemned(seed):
    shake = noisy(seed, 0.05)
    ruling, elapsed = verdict(series(lambda at: (NORMAL + (WORST - NORMAL) * math.exp(-at / 240)) * shake(), 30))
    assert ruling is Ruling.PASSED
    assert elapsed > timedelta(minutes=8)


@pytest.mark.parametrize("dip", [30, 60, 90])
def test_a_false_dip_passes_nothing(dip):
    ruling, _ = verdict(series(lambda at: NORMAL if 60 <= at < 60 + dip else WORST))
    assert ruling is Ruling.FAILED


@pytest.mark.parametrize("period", [30, 60, 120, 180])
def test_an_oscillating_metric_passes_nothing(period):
    ruling, _ = verdict(series(lambda at: NORMAL if at % period < period / 2 else WORST, 25))
    assert ruling in (Ruling.FAILED, Ruling.ASK)


def test_half_a_recovery_is_neither_passed_nor_condemned_but_shown_to_a_person():
    ruling, elapsed = verdict(series(lambda _: NORMAL + 0.4 * (WORST - NORMAL), 30))
    assert ruling is Ruling.ASK
    assert elapsed >= 2 * WITHIN


@pytest.mark.parametrize(
    "shape",
    [
        lambda _: None,
        lambda _: float("nan"),
        lambda at: NORMAL if at < 45 else None,
        lambda at: NORMAL if at % 120 == 0 else None,
        lambda at: NORMAL if at < 15 or at > 3000 else None,
    ],
)
def test_missing_data_is_never_a_pass_and_never_a_condemnation(shape):
    ruling, _ = verdict(series(shape))
    assert ruling is Ruling.ASK


def test_one_stray_sample_in_many_does_not_take_a_good_fix_back():
    hold = timedelta(minutes=5)
    one = series(lambda at: WORST if at == 120 else NORMAL)
    assert verdict(one, hold=hold)[0] is Ruling.PASSED


def test_what_is_better_than_before_is_normal_too():
    assert verdict(series(lambda _: NORMAL / 10))[0] is Ruling.PASSED


def test_a_metric_that_should_be_high_is_judged_downwards():
    lines = band([0.99, 0.991, 0.989, 0.99], 0.99, 0.4)
    assert verdict(series(lambda _: 0.989), lines)[0] is Ruling.PASSED
    assert verdict(series(lambda _: 0.45), lines)[0] is Ruling.FAILED


def test_a_noisy_baseline_never_widens_normal_beyond_a_third_of_the_way():
    wild = band([0.0, 4.0, 0.0, 4.0, 2.0], NORMAL, WORST)
    assert not wild.holds(NORMAL + 0.35 * (WORST - NORMAL))


def test_a_level_that_never_changed_gives_no_lines():
    assert band([1.0], 1.0, 1.0) is None
    assert band([1.0], 1.0, float("inf")) is None


@given(
    st.lists(st.floats(0, 10, allow_nan=False), min_size=4, max_size=60),
    st.floats(1e-6, 1e6),
)
def test_the_judgement_does_not_depend_on_the_unit(values, scale):
    def judged(factor):
        lines = band([one * factor for one in before()], NORMAL * factor, WORST * factor)
        margin = [abs(abs(value - NORMAL) - edge) for value in values for edge in (LINES.near, LINES.far)]
        if min(margin) < 1e-6:
            return None  # too near a line for floating point
        step = HOLD.total_seconds() / len(values)
        times = tuple(T0.timestamp() + step * (place + 1) for place in range(len(values)))
        one = Series("s", "m", times, tuple(value * factor for value in values), tuple("c" for _ in values))
        return read(one, lines.holds, lines.bad, T0, T0 + HOLD, THIN).condition

    assert judged(1.0) == judged(scale)


@given(st.lists(st.floats(LINES.normal + LINES.near * 1.01, 100), min_size=1, max_size=80))
def test_nothing_outside_the_near_line_ever_passes(values):
    times = tuple(T0.timestamp() + 1.5 * place for place in range(len(values)))
    one = Series("s", "m", times, tuple(values), tuple("c" for _ in values))
    assert read(one, LINES.holds, LINES.bad, T0, T0 + HOLD, THIN).condition is not Condition.NORMAL


@given(st.lists(st.sampled_from(Condition), max_size=8))
def test_several_series_pass_only_when_every_one_does_and_are_bad_only_when_most_are(states):
    whole = together(Reading(one, "") for one in states).condition
    assert (whole is Condition.NORMAL) == (bool(states) and set(states) == {Condition.NORMAL})
    assert (whole is Condition.BAD) == (2 * states.count(Condition.BAD) > len(states))


@given(st.sampled_from(Condition), st.integers(0, 10_000), st.integers(1, 3600))
def test_nothing_is_condemned_before_its_time_or_without_being_plainly_bad(state, elapsed, within):
    ruling = rule(state, timedelta(seconds=elapsed), timedelta(seconds=within))
    if ruling is Ruling.FAILED:
        assert state is Condition.BAD and elapsed >= within
    if ruling is Ruling.PASSED:
        assert state is Condition.NORMAL


@pytest.mark.parametrize(
    ("expect", "text", "found"),
    [
        ("< 80", "71.25", True),
        ("< 80", "80", False),
        (">= 0", "-3", False),
        ("== 1", '{"ready": 1}', True),
        ("< 80", "no number here", None),
        ("< 80", "71 of 500", None),
        ("contains Ready", "node-1 Ready", True),
        ("lacks NotReady", "node-1 NotReady", False),
        ('contains " 0% packet loss"', "5 received, 0% packet loss", True),
        ("empty", " \n", True),
        ("empty", "a row", False),
        ("ok", "", True),
    ],
)
def test_an_answer_is_read_as_the_runbook_spells_it(expect, text, found):
    assert met(expect, text) is found


def test_an_expectation_about_text_is_no_comparison():
    assert comparison("contains 5") is None
    assert comparison("> 5")(6.0)
