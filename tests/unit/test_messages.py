"""What each audience reads: the same facts, the right words, nothing internal outside."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.cases import ALERT, CATALOGUE, START, diagnosed, diagnosis, history, triage

from tocsin.config import merged
from tocsin.errors import ConfigError
from tocsin.model.acts import HypothesisConfirmed
from tocsin.model.alert import Alert
from tocsin.model.cadence import Cadence
from tocsin.model.catalogue import Catalogue
from tocsin.model.event import Closed, Diagnosed, Triaged
from tocsin.model.ground import IncidentType
from tocsin.model.incident import fold
from tocsin.model.state import State
from tocsin.model.triage import FactKind, ImpactFact
from tocsin.model.update import Audience, WordingCode
from tocsin.model.vocabulary import WORDS
from tocsin.stages.communicate import Desk, MessageSettings, draft
from tocsin.stages.communicate.situation import violations
from tocsin.stages.communicate.templating import Templates

NOW = START + timedelta(minutes=9)
CADENCE = Cadence.model_validate(merged({})["cadence"])


def desk_of(catalogue=CATALOGUE, templates=""):
    return Desk(cadence=CADENCE, catalogue=catalogue, templates=Templates(str(templates)))


DESK = desk_of()


def texts(incident, events, alerts=(ALERT,), desk=DESK):
    return {update.audience: update for update in draft(incident, events, tuple(alerts), desk, NOW)}


def test_all_messages_tell_the_same_facts():
    said = texts(*diagnosed())
    assert set(said) == {Audience.CHANNEL, Audience.INTERNAL, Audience.EXTERNAL, Audience.EXECUTIVE}
    for audience in (Audience.CHANNEL, Audience.INTERNAL, Audience.EXECUTIVE):
        assert "SEV1" in said[audience].text
    for audience in (Audience.CHANNEL, Audience.EXTERNAL):
        assert "2026-03-04 02:41 UTC" in said[audience].text


def test_the_external_message_promises_the_next_update_and_keeps_every_wording_rule():
    external = texts(*diagnosed())[Audience.EXTERNAL]
    assert external.violations == ()
    assert "Next update by: 2026-03-04 03:20 UTC" in external.text
    assert external.next_update_at == NOW + timedelta(minutes=30)


def test_customers_read_the_public_name_and_never_the_internal_one():
    external = texts(*diagnosed())[Audience.EXTERNAL].text
    assert "Transfers" in external
    assert "ledger" not in external


def test_customers_never_read_the_cause_that_only_a_machine_believes():
    external = texts(*diagnosed())[Audience.EXTERNAL].text
    assert "pool" not in external.lower()


def test_an_internal_message_lists_the_proposed_steps_in_order():
    internal = texts(*diagnosed())[Audience.INTERNAL].text
    assert internal.index("Count the open connections") < internal.index("End long-running queries")


def test_an_internal_message_names_source_specialist_and_status():
    internal = texts(*diagnosed())[Audience.INTERNAL].text
    assert "Alert source: alertmanager" in internal
    assert "Assigned specialist: database-specialist" in internal
    assert "Current status: Diagnosing" in internal
    assert "02:43 UTC - triaged as database, routed to database-specialist" in internal


def test_a_security_incident_tells_customers_what_happens_if_their_data_was_accessed():
    events = history(Triaged(triage=triage(type=IncidentType.SECURITY, specialist="security-specialist")))
    said = texts(fold("INC-1", events), events)
    assert "customer data was accessed" in said[Audience.EXTERNAL].text
    assert "Security team: alerted" in said[Audience.INTERNAL].text
    assert said[Audience.EXTERNAL].violations == ()


def test_every_state_has_its_word_for_each_audience():
    assert set(WORDS) == set(State)
    assert WORDS[State.MITIGATING] == ("Mitigating", "Identified", "Fixing")


def test_a_draft_is_never_sent_by_drafting_it():
    incident, events = diagnosed()
    before = incident.model_copy()
    texts(incident, events)
    assert incident == before  # drafting returns values; what leaves the house is an event of its own


def test_a_team_replaces_one_template_and_keeps_the_others(tmp_path):
    (tmp_path / "external.txt").write_text("[{{ words.external }}] our own words at {{ now }}")
    said = texts(*diagnosed(), desk=desk_of(templates=tmp_path))
    assert said[Audience.EXTERNAL].text == "[Identified] our own words at 02:50 UTC"
    assert said[Audience.INTERNAL].text.startswith("🚨 SEV1")


def test_a_template_that_breaks_a_rule_is_marked_so_that_nobody_publishes_it(tmp_path):
    (tmp_path / "external.txt").write_text("ledger-db fell over because Bob broke it")
    external = texts(*diagnosed(), desk=desk_of(templates=tmp_path))[Audience.EXTERNAL]
    assert {"BLAME", "INTERNAL_DETAIL", "NEXT_UPDATE", "TIMESTAMP"} <= {one.code for one in external.violations}


def test_nothing_is_said_of_an_incident_nobody_has_triaged():
    events = history()
    with pytest.raises(ValueError, match="not triaged"):
        draft(fold("INC-1", events), events, (ALERT,), DESK, NOW)


def test_an_unknown_service_is_called_by_what_it_does_or_by_no_name_at_all():
    events = history(Triaged(triage=triage(facts=())))
    incident = fold("INC-1", events).model_copy(
        update={"service": "checkout-worker-7", "services": ("checkout-worker-7",)}
    )
    assert "Checkout" in texts(incident, events, desk=desk_of(Catalogue()))[Audience.EXTERNAL].text
    anonymous = incident.model_copy(update={"service": "zeus-7", "services": ("zeus-7",)})
    plain = Alert(source="x", fingerprint="1", status="firing", title="zeus-7 is unwell")
    said = texts(anonymous, events, (plain,), desk_of(Catalogue()))[Audience.EXTERNAL].text
    assert "one of our services" in said
    assert "zeus" not in said


@given(
    title=st.text(max_size=80),
    service=st.sampled_from(["ledger-api", "db-prod-eu-03.internal", "10.4.11.27", "x_y_z", ""]),
    kind=st.sampled_from(list(IncidentType)),
    facts=st.sets(
        st.sampled_from([FactKind.OUTAGE, FactKind.MAJOR_FEATURE, FactKind.DEGRADED, FactKind.USERS_AFFECTED])
    ),
    known=st.booleans(),
)
@settings(deadline=None)
def test_whatever_an_alert_says_the_drafted_external_message_keeps_the_rules(title, service, kind, facts, known):
    made = tuple(
        ImpactFact(kind=one, value=0.2 if one is FactKind.USERS_AFFECTED else True, origin="alert") for one in facts
    )
    bodies = (Triaged(triage=triage(type=kind, facts=made)), *((Diagnosed(diagnosis=diagnosis()),) if known else ()))
    events = history(*bodies)
    incident = fold("INC-1", events).model_copy(
        update={"title": title, "service": service, "services": (service,) if service else ()}
    )
    alert = ALERT.model_copy(update={"title": title, "service": service})
    assert texts(incident, events, (alert,))[Audience.EXTERNAL].violations == ()


def test_a_cause_may_be_named_to_customers_once_a_person_confirmed_it_and_not_before():
    incident, events = diagnosed()
    said = "[Identified] As of 02:50 UTC some transfers fail. This was caused by a faulty update. Next update by 03:20 UTC."
    confirmed = HypothesisConfirmed(hypothesis_id="pool_exhaustion", shown_by="500 of 500 in use")
    after = incident.apply(
        events[-1].model_copy(update={"seq": events[-1].seq + 1, "actor": "person:ada", "body": confirmed})
    )
    promise = NOW + timedelta(minutes=30)
    before = violations(said, incident, Audience.EXTERNAL, DESK, NOW, promise)
    assert [one.code for one in before] == [WordingCode.CAUSE_UNCONFIRMED]
    assert not violations(said, after, Audience.EXTERNAL, DESK, NOW, promise)


def test_the_words_and_the_companies_that_a_team_names_are_known_to_the_rules():
    incident, _ = diagnosed()
    ours = Desk(
        cadence=CADENCE,
        catalogue=CATALOGUE,
        templates=Templates(""),
        settings=MessageSettings(vendors=("Payflux",), customer_words=("DNS",)),
    )
    said = "[Identified] As of 02:50 UTC some DNS transfers fail, Payflux is down. Next update by 03:20 UTC."
    promise = NOW + timedelta(minutes=30)
    assert {one.code for one in violations(said, incident, Audience.EXTERNAL, DESK, NOW, promise)} == {
        WordingCode.JARGON
    }
    assert {one.code for one in violations(said, incident, Audience.EXTERNAL, ours, NOW, promise)} == {
        WordingCode.BLAME
    }


def test_a_misspelt_field_of_a_template_is_named_when_the_service_starts(tmp_path):
    (tmp_path / "external.txt").write_text("[{{ words.external }}] {{ public_servcie }}")
    with pytest.raises(ConfigError, match="public_servcie"):
        desk_of(templates=tmp_path)
    (tmp_path / "external.txt").write_text("{% if %}")
    with pytest.raises(ConfigError, match=r"external\.txt"):
        desk_of(templates=tmp_path)


def test_a_false_alarm_tells_customers_nothing_of_how_long_they_were_affected():
    events = history(Triaged(triage=triage()), Closed(reason="false alarm: a load test"))
    external = texts(fold("INC-1", events), events)[Audience.EXTERNAL]
    assert "is resolved." in external.text
    assert "affected for" not in external.text
    assert external.violations == ()
