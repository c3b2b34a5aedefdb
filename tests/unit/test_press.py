"""Buttons come back as they were made, and nothing else passes for one of ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tocsin.errors import DataError
from tocsin.model.press import LONGEST, Press, Pressed, read_press
from tocsin.model.update import Audience, Update
from tocsin.ports import acknowledge_buttons, review_buttons

NAMES = some.text(some.characters(codec="ascii"), max_size=60)


@given(some.sampled_from(Press), NAMES, NAMES, some.text("0123456789abcdef", max_size=64))
def test_a_button_comes_back_as_it_was_made(press, incident, about, digest):
    made = Pressed(press=press, incident_id=incident, about=about, digest=digest)
    assert len(made.value) <= LONGEST
    assert read_press(made.press, made.value) == made


@given(some.text(max_size=40), some.text(max_size=200))
def test_words_are_never_a_button(press, value):
    with pytest.raises(DataError):
        read_press(f"x{press}", value)


@pytest.mark.parametrize("value", ["", "[]", "{}", "[1, 2, 3]", '["INC-1"]', "[" * 900, '["a", "b", ["c"]]', "null"])
def test_a_value_that_we_never_made_is_refused(value):
    with pytest.raises(DataError):
        read_press(Press.APPROVE_STEP, value)


def test_the_buttons_of_a_draft_carry_the_digest_of_its_words():
    update = Update(id="U7", audience=Audience.EXTERNAL, template="external", text="We look into it.", status="x")
    read = [read_press(one.action, one.value) for one in review_buttons("INC-1", update)]
    assert [one.press for one in read] == [Press.APPROVE_UPDATE, Press.EDIT_UPDATE, Press.PUBLISH_UPDATE]
    assert {(one.about, one.digest) for one in read} == {("U7", update.digest)}
    assert acknowledge_buttons("INC-1")[0].label == "Acknowledge"
