"""The tone that people set for an incident: what is understood is held to, what is not is shown to people."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.guard.wording import Constraint, breaches
from tocsin.guard.wording.tone import only_shown, understood

EVERY = frozenset(Constraint)


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("no cause speculation", Constraint.NO_CAUSE),
        ("Do not speculate about what happened", Constraint.NO_CAUSE),
        ("Please say nothing of the root cause", Constraint.NO_CAUSE),
        ("the cause stays internal", Constraint.NO_CAUSE),
        ("no_cause", Constraint.NO_CAUSE),
        ("no ETA", Constraint.NO_ETA),
        ("never give an estimate", Constraint.NO_ETA),
        ("avoid any timeline", Constraint.NO_ETA),
        ("no customer counts", Constraint.NO_FIGURES),
        ("don't say how many are affected", Constraint.NO_FIGURES),
        ("without percentages, please", Constraint.NO_FIGURES),
        ("legal reviews wording on customer data", Constraint.LEGAL),
        ("everything goes past our counsel", Constraint.LEGAL),
    ],
)
def test_a_constraint_is_understood_as_people_put_it_or_by_its_name(sentence, kind):
    assert kind in understood([sentence])
    assert not only_shown([sentence])


@pytest.mark.parametrize(
    "sentence", ["be brief", "mention the workaround", "use British spelling", "causes us pain", ""]
)
def test_a_constraint_that_no_rule_keeps_is_shown_to_people(sentence):
    assert only_shown([sentence]) == (sentence,)
    assert not understood([sentence])


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Constraint.NO_CAUSE, "This was caused by a faulty update."),
        (Constraint.NO_CAUSE, "The reason is a wrong setting."),
        (Constraint.NO_ETA, "Logins will be back by 15:00 UTC."),
        (Constraint.NO_ETA, "We expect a fix within the hour."),
        (Constraint.NO_FIGURES, "About 12% of customers are affected."),
        (Constraint.NO_FIGURES, "4,200 users cannot log in."),
        (Constraint.NO_FIGURES, "One in ten payments fails."),
        (Constraint.NO_FIGURES, "Half of our customers cannot log in."),
        (Constraint.LEGAL, "No customer data was accessed."),
        (Constraint.LEGAL, "Your payment details are safe."),
    ],
)
def test_a_text_that_breaks_a_constraint_is_shown_the_words(kind, said):
    found = breaches(f"As of 14:05 UTC logins fail. {said}", frozenset({kind}))
    assert len(found) == 1
    assert found[0].span in said
    assert found[0].advice
    assert not breaches(said, EVERY - {kind} - {Constraint.LEGAL})


@pytest.mark.parametrize(
    "said",
    [
        "As of 14:05 UTC some customers cannot log in. We do not know the cause yet. Next update by 14:35 UTC.",
        "Many customers see errors at checkout since 13:52 UTC on 21 November 2026.",
        "We have no estimate yet and will post again in 30 minutes.",
        "Version 4.2 of the app is affected.",
    ],
)
def test_a_text_that_keeps_them_all_is_let_through(said):
    assert not breaches(said, EVERY)


def test_words_that_legal_agreed_to_may_speak_of_data():
    said = "No customer data was accessed."
    assert breaches(said, EVERY)
    assert not breaches(said, EVERY, agreed=True)


@given(st.text(max_size=200), st.sets(st.sampled_from(list(Constraint))))
@settings(deadline=None)
def test_no_more_constraints_are_broken_than_were_set_and_the_words_are_in_the_text(text, kinds):
    found = breaches(text, frozenset(kinds))
    assert len(found) <= len(kinds)
    assert all(one.span in text for one in found)
