"""What the cadence says: who hears how often, and what each message may promise."""

from datetime import timedelta

import pytest
from pydantic import ValidationError
from tests.unit.cases import START, history, triage

from tocsin import config
from tocsin.app.settings import Settings
from tocsin.model.acts import Merged, Reopened, Resolved, SeverityChanged
from tocsin.model.cadence import Cadence
from tocsin.model.communication import (
    AudienceEngaged,
    CadenceSet,
    DataAccessRecorded,
    UpdateDrafted,
    UpdateMissed,
    UpdatePublished,
)
from tocsin.model.event import Triaged
from tocsin.model.ground import IncidentType, Severity
from tocsin.model.incident import fold
from tocsin.model.update import Audience, Update
from tocsin.stages import course

RULES = Settings.read(config.Config(config.merged({}), {}, "shipped")).cadence
NOW = START + timedelta(hours=1)


def incident(*bodies, severity=Severity.SEV2, **changes):
    return fold("INC-1", history(Triaged(triage=triage(severity=severity, **changes)), *bodies))


def published(audience=Audience.EXTERNAL, name="U9"):
    return UpdatePublished(
        update_id=name, audience=audience, template=str(audience), status="Investigating", text="x", digest="d"
    )


@pytest.mark.parametrize(
    ("severity", "minutes"), [(Severity.SEV1, 30), (Severity.SEV2, 30), (Severity.SEV3, 0), (Severity.SEV4, None)]
)
def test_customers_hear_every_30_minutes_of_a_sev1_or_sev2_on_change_of_a_sev3_and_nothing_of_a_sev4(severity, minutes):
    assert RULES.minutes(incident(severity=severity), Audience.EXTERNAL) == minutes


def test_a_message_promises_the_next_one_by_the_rhythm_of_its_audience_and_one_on_change_names_a_time_too():
    assert RULES.promise(incident(severity=Severity.SEV1), Audience.CHANNEL, NOW) == NOW + timedelta(minutes=15)
    assert RULES.promise(incident(severity=Severity.SEV3), Audience.EXTERNAL, NOW) == NOW + timedelta(minutes=60)


def test_a_person_may_set_another_rhythm_and_a_resolved_incident_promises_nothing():
    faster = CadenceSet(audience=Audience.EXTERNAL, minutes=10, reason="many customers ask")
    assert RULES.promise(incident(faster), Audience.EXTERNAL, NOW) == NOW + timedelta(minutes=10)
    over = incident(Resolved(confirmed_by=("person:ada",), cause="", fix=""))
    assert RULES.promise(over, Audience.EXTERNAL, NOW) is None


def test_leadership_and_support_are_served_once_they_are_engaged_and_the_security_team_for_its_incidents_only():
    plain = incident()
    assert {one for one in Audience if RULES.serves(plain, one)} == {
        Audience.CHANNEL,
        Audience.INTERNAL,
        Audience.EXTERNAL,
    }
    engaged = incident(AudienceEngaged(audience=Audience.SUPPORT, via="#support"))
    assert RULES.serves(engaged, Audience.SUPPORT) and not RULES.serves(engaged, Audience.EXECUTIVE)
    attack = incident(type=IncidentType.SECURITY)
    assert RULES.serves(attack, Audience.SECURITY) and not RULES.serves(attack, Audience.EXTERNAL)


def test_customers_hear_of_a_security_incident_when_their_data_was_accessed():
    access = DataAccessRecorded(what="orders were read", accessed_at=START, notify_by=START + timedelta(hours=72))
    assert RULES.serves(incident(access, type=IncidentType.SECURITY), Audience.EXTERNAL)


def test_no_setting_lets_a_message_to_customers_go_out_by_itself():
    with pytest.raises(ValidationError, match="reviewed by a person"):
        Cadence(by_itself=(Audience.EXTERNAL,))


def test_the_fold_knows_since_when_an_incident_is_that_bad():
    worse = incident(SeverityChanged(severity=Severity.SEV1, reason="all users"), severity=Severity.SEV3)
    assert [(one.severity, one.at) for one in worse.ratings] == [
        (Severity.SEV3, START + timedelta(minutes=2)),
        (Severity.SEV1, START + timedelta(minutes=3)),
    ]


def test_what_was_published_knows_up_to_where_it_tells_the_story():
    update = Update(audience=Audience.EXTERNAL, template="external", text="x", status="Investigating")
    told = incident(UpdateDrafted(update=update), published(name="U3"))
    assert told.narrative.published[0].facts_seq == 2 == told.facts_seq
    changed = incident(
        UpdateDrafted(update=update), SeverityChanged(severity=Severity.SEV1, reason="worse"), published(name="U3")
    )
    assert changed.facts_seq > changed.narrative.published[0].facts_seq


def test_a_resolved_incident_is_attended_until_whoever_heard_of_it_has_heard_the_end_or_was_missed():
    over = Resolved(confirmed_by=("person:ada",), cause="", fix="")
    assert not incident(over).is_attended
    waiting = incident(published(), over)
    assert waiting.is_attended and course.over(waiting) is None
    assert not incident(published(), over, published(name="U11")).is_attended
    assert not incident(published(), over, UpdateMissed(audience=Audience.EXTERNAL, due_at=NOW)).is_attended
    assert incident(published(), over, published(name="U11"), Reopened(reason="back")).is_attended
    assert not incident(published(), Merged(into="INC-2", reason="one outage")).is_attended
