"""Which move comes first: pure, so each rule is shown on plain values."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tocsin.model.incident import Incident
from tocsin.model.move import Confirm, Leave, Move, Rethink, Wait
from tocsin.model.state import State
from tocsin.stages import course

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def confirm(key: str, minutes: float | None = None) -> Confirm:
    return Confirm(key=key, again_at=None if minutes is None else NOW + timedelta(minutes=minutes))


def wait(minutes: float | None) -> Wait:
    return Wait(until=None if minutes is None else NOW + timedelta(minutes=minutes))


def test_the_most_urgent_stage_moves_first_and_stages_with_nothing_to_say_are_passed_over():
    assert course.first((None, wait(1), confirm("a"), confirm("b")), frozenset()) == confirm("a")


def test_a_move_that_was_carried_out_is_not_repeated_but_says_when_to_look_again():
    assert course.first((confirm("a", 5), wait(9)), frozenset({"a"})) == wait(5)


def test_the_earliest_deadline_of_all_stages_wakes_the_walk():
    assert course.first((wait(9), None, wait(3), wait(None)), frozenset()) == wait(3)


def test_with_no_deadline_the_walk_sleeps_until_somebody_acts():
    assert course.first((wait(None), None), frozenset()) == wait(None)


def test_a_failed_move_is_left_alone_for_a_while_and_does_not_hold_up_the_others():
    held = {"a": NOW + timedelta(minutes=1)}
    assert course.first((confirm("a"), confirm("b")), frozenset(), held) == confirm("b")
    assert course.first((confirm("a"), wait(7)), frozenset(), held) == wait(1)


def test_a_closed_incident_is_left_even_when_a_stage_would_wait():
    closed = Incident(id="INC-1", state=State.CLOSED)
    assert course.first((wait(5), course.over(closed)), frozenset()) == Leave()
    assert course.over(Incident(id="INC-1")) is None


def test_a_new_alert_is_read_once_and_not_at_all_when_its_words_are_evidence_already():
    incident = Incident(id="INC-1", alert_ids=("A", "B"), evidence_ids=("EV-A",))
    assert course.unread(incident, NOW) is not None
    assert course.unread(incident.model_copy(update={"evidence_ids": ("EV-A", "EV-B")}), NOW) is None
    assert course.unread(incident.model_copy(update={"state": State.CLOSED}), NOW) is None


MOVES = st.one_of(
    st.none(),
    st.floats(0, 60).map(wait),
    st.just(wait(None)),
    st.sampled_from("abc").map(lambda key: confirm(key, 10)),
    st.just(Rethink(key="r", reason="it did not help")),
)


@given(st.lists(MOVES), st.frozensets(st.sampled_from("abcr")))
def test_the_loop_never_spins_what_is_done_is_never_chosen_again(due: list[Move | None], done: frozenset[str]):
    chosen = course.first(due, done)
    assert isinstance(chosen, Wait | Leave) or chosen.key not in done
