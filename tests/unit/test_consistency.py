"""Drafts differ in words, never in facts: what of two messages, or of a message and the incident, does not agree."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.cases import CATALOGUE, diagnosed
from tests.unit.test_messages import texts

from tocsin.guard.wording import Known, Told, differences
from tocsin.model.ground import Severity
from tocsin.model.state import State
from tocsin.model.update import Audience
from tocsin.model.vocabulary import WORDS

START = datetime(2026, 11, 21, 13, 52, tzinfo=UTC)
NEXT = datetime(2026, 11, 21, 14, 35, tzinfo=UTC)


def facts_of(told, known=None):
    return {one.fact for one in differences(told, known)}


def external(text):
    return Told(name="external", audience=Audience.EXTERNAL, text=text)


def internal(text):
    return Told(name="internal", audience=Audience.INTERNAL, text=text)


ONE = (
    "[Identified] Checkout\nAs of 14:05 UTC 12% of customers see errors. Started: 13:52 UTC\nNext update by 14:35 UTC."
)
OTHER = "SEV2 - checkout\nStatus: Diagnosing\n12% of users affected since 13:52 UTC. Next update by 14:20 UTC."
TRUE = Known(
    state=State.IDENTIFIED,
    severity=Severity.SEV2,
    started_at=START,
    next_update_at={Audience.EXTERNAL: NEXT, Audience.INTERNAL: NEXT.replace(minute=20)},
)


def test_two_messages_in_their_own_words_about_the_same_facts_agree():
    assert not differences([external(ONE), internal(OTHER)], TRUE)
    assert not differences([external(ONE), internal(OTHER)])


@pytest.mark.parametrize(
    ("fact", "before", "after"),
    [
        ("status", "[Identified]", "[Monitoring]"),
        ("share of users", "12%", "15%"),
        ("start", "13:52", "13:25"),
        ("next update (external)", "14:35", "15:05"),
        ("resolved", "[Identified]", "[Resolved]"),
    ],
)
def test_a_fact_that_one_message_has_otherwise_is_named_with_both(fact, before, after):
    assert fact in facts_of([external(ONE.replace(before, after)), internal(OTHER)], TRUE)


@pytest.mark.parametrize(
    ("fact", "before", "after"), [("severity", "SEV2", "SEV3"), ("status", "Diagnosing", "Verifying")]
)
def test_so_is_one_that_the_other_has(fact, before, after):
    assert facts_of([external(ONE), internal(OTHER.replace(before, after))], TRUE) == {fact}


def test_without_the_incident_two_messages_still_contradict_each_other():
    assert facts_of([external(ONE), internal(OTHER.replace("12%", "50%"))]) == {"share of users"}
    assert facts_of([external(ONE.replace("[Identified]", "[Resolved]")), internal(OTHER)]) == {"status", "resolved"}


def test_prose_that_claims_recovery_contradicts_a_message_that_goes_on():
    over = external("As of 14:05 UTC the errors at checkout are resolved.")
    going = internal("As of 14:05 UTC checkout still fails. Next update by 14:20 UTC.")
    assert facts_of([over, going]) == {"resolved"}
    assert not facts_of([going, internal(OTHER)], Known(state=State.IDENTIFIED))


def test_a_service_that_is_not_affected_is_not_named():
    known = TRUE.model_copy(update={"other_services": frozenset({"search", "ledger-api"})})
    assert not facts_of([external(ONE)], known)
    assert facts_of([external(ONE.replace("Checkout", "Search"))], known) == {"service"}


def test_audiences_with_rhythms_of_their_own_may_promise_other_times():
    assert not facts_of([external(ONE), internal(OTHER)])


def test_the_difference_says_who_says_what():
    found = differences([external(ONE.replace("[Identified]", "[Monitoring]")), internal(OTHER)], TRUE)
    assert [one.sentence for one in found] == ['status: external says "Monitoring"; the incident says Identified']


def test_all_that_is_drafted_from_the_ledger_agrees_with_itself_and_with_the_incident():
    incident, events = diagnosed()
    told = [Told(name=str(one), audience=one, text=update.text) for one, update in texts(incident, events).items()]
    others = {one.name for one in CATALOGUE.services} - set(incident.services)
    known = Known(
        state=incident.state,
        severity=incident.severity,
        started_at=incident.started_at,
        other_services=frozenset(others - {word for one in told for word in one.text.split()}),
    )
    assert not differences(told, known)


clocks = st.integers(0, 525_599).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))
facts = st.fixed_dictionaries(
    {
        "state": st.sampled_from([one for one in State if one is not State.CLOSED]),
        "severity": st.sampled_from(list(Severity)),
        "started": clocks,
        "next": clocks,
        "share": st.integers(1, 99),
        "people": st.integers(10, 99_999),
    }
)
BEGAN = ["Started: {}", "It began at {}", "since {}"]
ways = st.tuples(st.sampled_from(BEGAN), st.sampled_from(["{} of users", "{} of our customers"]))


def written(facts, audience, way):
    """One message about these facts."""
    words = WORDS[facts["state"]]
    label = f"[{words.external}]" if audience is Audience.EXTERNAL else f"Status: {words.internal}"
    began, of = way
    lines = [
        label,
        f"{facts['severity']}: {of.format(str(facts['share']) + '%')}, that is {facts['people']:,} users.",
        began.format(f"{facts['started']:%Y-%m-%d %H:%M} UTC") + ".",
        f"Next update by {facts['next']:%H:%M} UTC.",
    ]
    return Told(name=str(audience), audience=audience, text="\n".join(lines))


def known_of(facts):
    due = dict.fromkeys(Audience, facts["next"])
    return Known(state=facts["state"], severity=facts["severity"], started_at=facts["started"], next_update_at=due)


AUDIENCES = (Audience.EXTERNAL, Audience.INTERNAL, Audience.EXECUTIVE)


@given(facts, st.lists(ways, min_size=3, max_size=3))
@settings(deadline=None, max_examples=60)
def test_messages_about_one_set_of_facts_never_differ_however_they_are_put(facts, how):
    told = [written(facts, audience, way) for audience, way in zip(AUDIENCES, how, strict=True)]
    assert not differences(told, known_of(facts))
    assert not differences(told)


CHANGED = {
    "severity": lambda value: Severity.SEV1 if value is not Severity.SEV1 else Severity.SEV4,
    "share": lambda value: value % 99 + 1,
    "people": lambda value: value + 1,
    "started": lambda value: value.replace(minute=(value.minute + 7) % 60),
    "next": lambda value: value.replace(minute=(value.minute + 7) % 60),
}
NAMES = {
    "severity": "severity",
    "share": "share of users",
    "people": "number of users",
    "started": "start",
    "next": "next update",
}


@given(facts, ways, st.sampled_from(sorted(CHANGED)), st.integers(0, 2))
@settings(deadline=None, max_examples=80)
def test_one_fact_changed_in_one_message_is_found_whichever_it_is(facts, way, fact, where):
    other = facts | {fact: CHANGED[fact](facts[fact])}
    told = [written(other if place == where else facts, one, way) for place, one in enumerate(AUDIENCES)]
    found = differences(told, known_of(facts))
    assert any(one.fact.startswith(NAMES[fact]) for one in found)
    assert any(one.told == str(AUDIENCES[where]) for difference in found for one in difference.statements)


@given(st.lists(st.tuples(st.sampled_from(list(Audience)), st.text(max_size=120)), max_size=4))
@settings(deadline=None)
def test_no_text_makes_the_comparison_stumble_and_its_order_does_not_matter(given_texts):
    told = [Told(name=f"U{place}", audience=one, text=text) for place, (one, text) in enumerate(given_texts)]
    assert facts_of(told) == facts_of(list(reversed(told)))
