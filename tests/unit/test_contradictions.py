"""Drafts differ in words, never in facts: customers are not told what the record or another audience has otherwise."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.desk_bench import ANN, Bench
from tests.unit.cases import CATALOGUE, diagnosis

from tocsin.errors import DataError, NotFound, NotNow
from tocsin.model.acts import Acknowledged, Mitigated, SeverityChanged
from tocsin.model.catalogue import Catalogue, Service
from tocsin.model.event import Diagnosed
from tocsin.model.ground import IncidentType, Severity
from tocsin.model.triage import FactKind, ImpactFact
from tocsin.model.update import Audience
from tocsin.stages.communicate.contradictions import contradictions
from tocsin.stages.communicate.review import OVERRIDE

BANK = Catalogue(services=(*CATALOGUE.services, Service(name="card-svc", public_name="Cards")))


@pytest.fixture
def bench():
    made = Bench()
    made.open()
    return made


def told_inside(bench, words):
    """The organisation hears words that a person gave them."""
    update = bench.drafted(ANN, Audience.INTERNAL)
    bench.does(ANN, "edit-update", update.id, text=f"{update.text}\n{words}")
    bench.does(ANN, "publish-update", bench.draft(Audience.INTERNAL).update.id)


def edited(bench, old, new):
    """A draft for customers in which a person changed some words."""
    update = bench.drafted()
    assert old in update.text, update.text
    bench.does(ANN, "edit-update", update.id, text=update.text.replace(old, new))
    return bench.draft(Audience.EXTERNAL).update


def codes(update):
    return {str(one.code) for one in update.violations}


def test_a_number_that_another_audience_was_told_otherwise_blocks_the_yes_until_it_is_set_aside_for_a_reason(bench):
    told_inside(bench, "12% of customers are affected.")
    update = edited(bench, "Impact:", "Impact: 30% of customers;")
    (wrong,) = update.violations
    assert (str(wrong.code), wrong.span) == ("CONTRADICTION", "30% of customers")
    assert 'internal says "12% of customers"' in wrong.advice
    with pytest.raises(NotNow) as refused:
        bench.does(ANN, "approve-update", update.id, digest=update.digest)
    assert refused.value.code == "TCS-MSG-WORDING"
    aside = {"digest": update.digest, "overridden": ("CONTRADICTION",)}
    with pytest.raises(DataError):
        bench.does(ANN, "approve-update", update.id, **aside)
    bench.does(ANN, "approve-update", update.id, **aside, reason="the newer count, told to them by phone")
    bench.does(ANN, "publish-update", update.id)
    assert bench.incident.narrative.published[-1].text == update.text
    assert any(one.code == OVERRIDE for one in bench.incident.flags)


def test_what_is_told_inside_after_the_yes_still_holds_the_publishing(bench):
    update = edited(bench, "Impact:", "Impact: 30% of customers;")
    assert not update.violations
    bench.does(ANN, "approve-update", update.id, digest=update.digest)
    told_inside(bench, "12% of customers are affected.")
    with pytest.raises((NotNow, NotFound)) as refused:
        bench.does(ANN, "publish-update", update.id)
    assert "CONTRADICTION" in str(refused.value)


@pytest.mark.parametrize(
    ("written", "fact"),
    [
        ("It began at 01:07 UTC.", "start"),
        ("Cards is down, too.", "service"),
        ("This is a SEV3.", "severity"),
        ("Status: Monitoring", "status"),
    ],
)
def test_a_time_a_component_a_severity_or_a_state_that_the_record_has_otherwise_is_named(bench, written, fact):
    found = contradictions(written, bench.incident, Audience.EXTERNAL, BANK)
    assert found is not None
    assert f"in facts. {fact}: " in found.advice


def test_a_component_that_is_said_to_work_may_be_named(bench):
    text = bench.drafted().text + "\nCards is not affected. Cards remains available."
    assert contradictions(text, bench.incident, Audience.EXTERNAL, BANK) is None


def test_what_was_told_before_the_facts_changed_may_be_told_otherwise_now(bench):
    told_inside(bench, "12% of customers are affected.")
    bench.happen(SeverityChanged(severity=Severity.SEV2, reason="half of it is back"))
    assert not edited(bench, "Impact:", "Impact: 30% of customers;").violations


def test_words_for_those_inside_are_compared_with_nothing(bench):
    assert contradictions("99% of customers. SEV4.", bench.incident, Audience.INTERNAL, bench.desk.catalogue) is None


NEWS = {
    "diagnosed": Diagnosed(diagnosis=diagnosis()),
    "raised": SeverityChanged(severity=Severity.SEV1, reason="more of it"),
    "lowered": SeverityChanged(severity=Severity.SEV3, reason="less of it"),
    "mitigated": Mitigated(text="rolled back"),
    "acknowledged": Acknowledged(),
}
EVERYBODY = tuple(Audience)
SHARES = st.tuples(st.sampled_from([FactKind.USERS_AFFECTED, FactKind.REQUESTS_FAILING]), st.floats(0.01, 1))
KNOWN = st.sampled_from([(FactKind.OUTAGE, True), (FactKind.DATA_LOSS, True), (FactKind.MAJOR_FEATURE, True)])
FACTS = st.one_of(SHARES, KNOWN).map(lambda one: ImpactFact(kind=one[0], value=one[1], origin="alert"))


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.sampled_from(["draft", "publish", "time", *NEWS]), max_size=8),
    st.booleans(),
    st.lists(FACTS, max_size=3),
    st.sampled_from([IncidentType.DATABASE, IncidentType.APPLICATION, IncidentType.NETWORK]),
)
def test_our_own_templates_never_contradict_each_other_whatever_has_happened(steps, known, facts, kind):
    bench = Bench()
    bench.open(diagnosed=known, facts=tuple(facts), type=kind)
    for step in (*steps, "draft"):
        if step in NEWS:
            bench.happen(NEWS[step], actor="person:ada@example.com")
        elif step == "time":
            bench.later(17)
        elif step == "publish":
            for draft in bench.incident.narrative.drafts:
                if draft.update.facts_seq >= bench.incident.facts_seq and draft.update.audience not in (
                    Audience.EXTERNAL,
                    Audience.SUPPORT,
                ):
                    bench.does(ANN, "publish-update", draft.update.id)
        else:
            bench.does(ANN, "draft-updates", audiences=EVERYBODY)
            for draft in bench.incident.narrative.drafts:
                if draft.update.facts_seq >= bench.incident.facts_seq:
                    found = contradictions(
                        draft.update.text, bench.incident, draft.update.audience, bench.desk.catalogue
                    )
                    assert found is None, (found, draft.update.text)
