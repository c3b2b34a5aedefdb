"""Review: what customers hear is what a person approved, word for word, while it is still true; and every other act of the desk."""

from hashlib import sha256

import pytest
from tests.desk_bench import ADA, ANN, BOB, EVE, Bench
from tests.unit.cases import diagnosis

from tocsin.errors import DataError, Denied, NotFound, NotNow
from tocsin.model.action import Mode
from tocsin.model.acts import Mitigated, SeverityChanged
from tocsin.model.communication import UpdateApproved, UpdatePublished
from tocsin.model.event import Diagnosed
from tocsin.model.ground import IncidentType, Severity
from tocsin.model.identity import LOCAL_OPERATOR, SERVICE, Principal, Role
from tocsin.model.move import Draft, Publish
from tocsin.model.update import Audience
from tocsin.stages.communicate import due
from tocsin.stages.communicate.review import OVERRIDE
from tocsin.stages.communicate.situation import violations

BAD = "As of 03:04 UTC customers cannot use Transfers. It will be fixed shortly. Next update by 03:34 UTC."
GOOD = "As of 03:04 UTC some customers cannot use Transfers. We are working on it. Next update by 03:34 UTC."


def refused(code, act, *rest, **fields):
    with pytest.raises(NotNow) as told:
        act(*rest, **fields)
    assert told.value.code == code
    return told.value


@pytest.fixture
def bench():
    made = Bench()
    made.open()
    return made


# From draft to published --------------------------------------------------------------------------------------------


def test_a_reviewed_message_goes_out_on_every_channel_of_its_audience(bench):
    update = bench.drafted()
    bench.does(ANN, "approve-update", update.id, digest=update.digest)
    bench.does(ANN, "publish-update", update.id)
    (out,) = bench.incident.narrative.published
    assert (out.text, out.by, out.channels) == (update.text, "person:ann@example.com", ("page", "statuspage"))
    page, letter = bench.letters("update")
    assert page.payload["text"] == update.text  # goes on to those who subscribed to our page
    assert (letter.payload["channel"], letter.payload["text"]) == ("statuspage", update.text)
    assert "severity" not in letter.payload and "link" not in letter.payload
    assert bench.incident.narrative.drafts == ()


def test_customers_hear_nothing_that_nobody_approved(bench):
    update = bench.drafted()
    refused("TCS-MSG-UNAPPROVED", bench.does, ANN, "publish-update", update.id)
    assert bench.incident.narrative.published == ()


def test_a_yes_is_to_the_title_that_customers_read_over_it_too(bench):
    update = bench.drafted()
    retitled = update.model_copy(update={"title": "Transfers are lost"})
    assert retitled.digest != update.digest
    assert not retitled.is_meant_by(update.digest)


def test_a_yes_from_before_titles_counted_stands_on_the_record_and_none_is_taken_anew(bench):
    update = bench.drafted()
    shown = (f"{name}={status}" for name, status in sorted(update.components.items()))
    old = sha256("\x1f".join((update.audience, update.status, update.text, *shown)).encode()).hexdigest()
    refused("TCS-MSG-CHANGED", bench.does, ANN, "approve-update", update.id, digest=old)
    bench.happen(UpdateApproved(update_id=update.id, digest=old, role="communicator"), actor="person:ann@example.com")
    assert bench.draft(Audience.EXTERNAL).is_approved
    bench.does(ANN, "publish-update", update.id)
    assert bench.incident.narrative.published


def test_a_yes_counts_for_the_words_that_were_shown_and_no_others(bench):
    update = bench.drafted()
    bench.does(ANN, "edit-update", update.id, text=GOOD)
    refused("TCS-MSG-CHANGED", bench.does, ANN, "approve-update", update.id, digest=update.digest)


def test_an_edit_undoes_an_approval_even_when_it_brings_the_old_words_back(bench):
    update = bench.drafted()
    bench.does(ANN, "approve-update", update.id, digest=update.digest)
    bench.does(ANN, "edit-update", update.id, text=GOOD)
    bench.does(ANN, "edit-update", update.id, text=update.text)
    refused("TCS-MSG-UNAPPROVED", bench.does, ANN, "publish-update", update.id)


def test_facts_newer_than_the_words_block_them_and_say_what_changed(bench):
    update = bench.drafted()
    bench.does(ANN, "approve-update", update.id, digest=update.digest)
    bench.happen(SeverityChanged(severity=Severity.SEV2, reason="half of it is back"))
    error = refused("TCS-MSG-STALE", bench.does, ANN, "publish-update", update.id)
    assert "the incident changed while you were writing" in error.what
    assert "half of it is back" in error.what
    assert bench.incident.narrative.published == ()


def test_words_that_a_person_checked_against_the_news_are_fresh_again_and_need_a_new_yes(bench):
    update = bench.drafted()
    bench.does(ANN, "approve-update", update.id, digest=update.digest)
    seen = bench.happen(SeverityChanged(severity=Severity.SEV2, reason="half of it is back")).last_seq
    bench.does(ANN, "edit-update", update.id, text=update.text, seen=seen)
    refused("TCS-MSG-UNAPPROVED", bench.does, ANN, "publish-update", update.id)
    bench.does(ANN, "approve-update", update.id, digest=update.digest)
    bench.does(ANN, "publish-update", update.id)
    assert len(bench.incident.narrative.published) == 1


def test_nobody_has_seen_what_has_not_happened_yet(bench):
    update = bench.drafted()
    bench.does(ANN, "edit-update", update.id, text=GOOD, seen=10_000)
    bench.happen(SeverityChanged(severity=Severity.SEV2, reason="x"))
    digest = bench.draft(Audience.EXTERNAL).update.digest
    refused("TCS-MSG-STALE", bench.does, ANN, "approve-update", update.id, digest=digest)


def test_a_promise_that_has_passed_is_not_made(bench):
    update = bench.drafted()
    bench.does(ANN, "approve-update", update.id, digest=update.digest)
    bench.later(31)
    refused("TCS-MSG-PROMISE", bench.does, ANN, "publish-update", update.id)


def test_the_promise_on_the_record_is_the_one_that_the_edited_words_make(bench):
    update = bench.drafted()
    bench.does(ANN, "edit-update", update.id, text=GOOD.replace("03:34", "03:20"))
    edited = bench.draft(Audience.EXTERNAL).update
    assert f"{edited.next_update_at:%H:%M}" == "03:20"


def test_a_person_may_promise_sooner_than_the_rhythm_but_not_later(bench):
    update = bench.drafted()
    bench.does(ANN, "edit-update", update.id, text=GOOD.replace("03:34", "04:40"))
    assert [one.code for one in bench.draft(Audience.EXTERNAL).update.violations] == ["NEXT_UPDATE"]
    bench.does(ANN, "edit-update", update.id, text=GOOD.replace("03:34", "03:15"))
    assert bench.draft(Audience.EXTERNAL).update.violations == ()
    assert f"{bench.draft(Audience.EXTERNAL).update.next_update_at:%H:%M}" == "03:15"


# Wording ------------------------------------------------------------------------------------------------------------


def test_a_broken_rule_blocks_the_yes_until_it_is_set_aside_by_name_and_for_a_reason(bench):
    update = bench.drafted()
    bench.does(ANN, "edit-update", update.id, text=BAD)
    digest = bench.draft(Audience.EXTERNAL).update.digest
    error = refused("TCS-MSG-WORDING", bench.does, ANN, "approve-update", update.id, digest=digest)
    assert "ETA" in error.what
    with pytest.raises(DataError, match="for a reason"):
        bench.does(ANN, "approve-update", update.id, digest=digest, overridden=("ETA",))
    bench.does(ANN, "approve-update", update.id, digest=digest, overridden=("ETA",), reason="the CTO stands behind it")
    bench.does(ANN, "publish-update", update.id)
    (flag,) = [one for one in bench.incident.flags if one.code == OVERRIDE]
    assert "ann@example.com" in flag.text and "the CTO stands behind it" in flag.text


def test_a_rule_that_breaks_only_later_is_not_covered_by_an_old_override(bench):
    update = bench.drafted()
    bench.does(ANN, "edit-update", update.id, text=BAD)
    digest = bench.draft(Audience.EXTERNAL).update.digest
    bench.does(ANN, "approve-update", update.id, digest=digest, overridden=("ETA", "BLAME"), reason="agreed")
    assert bench.draft(Audience.EXTERNAL).overridden == ("ETA",)


def test_an_estimate_may_be_told_once_a_named_person_stands_behind_it(bench):
    bench.does(BOB, "eta", at=bench.time.replace(hour=5, minute=0), confidence="high", reason="the restore is half way")
    text = f"{GOOD} We expect it to be restored by 05:00 UTC."
    update = bench.drafted()
    bench.does(ANN, "edit-update", update.id, text=text.replace("05:00", "04:00"))
    assert [one.code for one in bench.draft(Audience.EXTERNAL).update.violations] == ["ETA"]
    bench.does(ANN, "edit-update", update.id, text=text)
    assert bench.draft(Audience.EXTERNAL).update.violations == ()
    bench.later(120)
    bench.does(ANN, "edit-update", update.id, text=f"{text} Thank you for your patience.")
    assert [one.code for one in bench.draft(Audience.EXTERNAL).update.violations] == ["ETA"]


# Who ----------------------------------------------------------------------------------------------------------------


def test_only_people_who_may_communicate_review_and_never_a_program(bench):
    update = bench.drafted()
    machine = Principal(id="communicator", roles=frozenset({Role.COMMUNICATOR}), via="machine")
    for who in (ADA, BOB, EVE, SERVICE, machine):
        for name, fields in (
            ("draft-updates", {}),
            ("edit-update", {"text": GOOD}),
            ("approve-update", {"digest": update.digest}),
            ("publish-update", {}),
            ("retract-update", {"reason": "x"}),
        ):
            with pytest.raises(Denied):
                bench.does(who, name, "" if name == "draft-updates" else update.id, **fields)
    bench.does(LOCAL_OPERATOR, "approve-update", update.id, digest=update.digest)


def test_a_draft_that_is_out_replaced_or_unknown_is_told_apart(bench):
    out = bench.published()
    refused("TCS-MSG-OUT", bench.does, ANN, "edit-update", out, text=GOOD)
    old = bench.drafted()
    new = bench.drafted()
    with pytest.raises(NotFound, match=new.id):
        bench.does(ANN, "edit-update", old.id, text=GOOD)


# Correct, retract ---------------------------------------------------------------------------------------------------


def test_a_correction_names_what_it_corrects_and_goes_the_way_of_every_message(bench):
    out = bench.published()
    bench.does(ANN, "correct-update", out, text="Customers in all regions may see errors, not only in Europe.")
    draft = bench.draft(Audience.EXTERNAL).update
    assert draft.corrects == out
    assert "a correction of our update of 03:04 UTC: Customers in all regions" in draft.text
    refused("TCS-MSG-UNAPPROVED", bench.does, ANN, "publish-update", draft.id)
    bench.does(ANN, "approve-update", draft.id, digest=draft.digest)
    bench.does(ANN, "publish-update", draft.id)
    assert bench.incident.narrative.published[-1].corrects == out
    assert [one.payload["channel"] for one in bench.letters("correction")] == ["page", "statuspage"]


def test_a_retraction_tells_everybody_who_had_the_message_and_keeps_its_reason_inside(bench):
    out = bench.published()
    bench.does(ANN, "retract-update", out, reason="the wrong customer was named")
    _, letter = bench.letters("retraction")
    assert "our update of 03:04 UTC is withdrawn" in letter.payload["text"]
    assert "wrong customer" not in letter.payload["text"]
    assert bench.incident.narrative.last(Audience.EXTERNAL) is None
    with pytest.raises(NotNow):
        bench.does(ANN, "retract-update", out, reason="again")


# What goes out by itself --------------------------------------------------------------------------------------------


def test_what_may_go_out_by_itself_does_and_nothing_for_customers_ever_does(bench):
    bench.move(Draft(key="d", audiences=(Audience.CHANNEL, Audience.EXTERNAL)))
    for draft in bench.incident.narrative.drafts:
        bench.move(Publish(key=f"p{draft.update.id}", update_id=draft.update.id))
    assert [one.audience for one in bench.incident.narrative.published] == [Audience.CHANNEL]
    assert [one.payload["channel"] for one in bench.letters("update")] == ["slack"]


def test_a_move_that_is_carried_out_again_says_nothing_twice(bench):
    bench.move(Draft(key="d", audiences=(Audience.CHANNEL,)))
    bench.move(Draft(key="d", audiences=(Audience.CHANNEL,)))
    update = bench.draft(Audience.CHANNEL).update
    bench.move(Publish(key="p", update_id=update.id))
    bench.move(Publish(key="p", update_id=update.id))
    assert len([one for one in bench.events if isinstance(one.body, UpdatePublished)]) == 1


def test_an_unreviewed_message_is_written_again_from_the_newest_facts_before_it_goes_out(bench):
    bench.move(Draft(key="d", audiences=(Audience.INTERNAL,)))
    update = bench.draft(Audience.INTERNAL).update
    bench.happen(Diagnosed(diagnosis=diagnosis()))
    bench.move(Publish(key="p", update_id=update.id))
    assert "Connection pool of ledger-db is exhausted" in bench.incident.narrative.published[-1].text


def test_the_summary_of_the_organisation_is_one_message_that_is_edited_in_place(bench):
    for name in ("1", "2"):
        bench.move(Draft(key=f"d{name}", audiences=(Audience.INTERNAL,)))
        bench.move(Publish(key=f"p{name}", update_id=bench.draft(Audience.INTERNAL).update.id))
        bench.happen(Mitigated(text="traffic moved away"))
    assert [one.payload["channel"] for one in bench.letters("summary")] == ["slack", "slack"]


def test_of_a_security_incident_nothing_leaves_its_room_without_a_person():
    bench = Bench()
    bench.open(type=IncidentType.SECURITY, specialist="security-specialist")
    bench.move(Draft(key="d", audiences=(Audience.INTERNAL, Audience.CHANNEL)))
    for draft in bench.incident.narrative.drafts:
        bench.move(Publish(key=f"p{draft.update.id}", update_id=draft.update.id))
    assert [one.audience for one in bench.incident.narrative.published] == [Audience.CHANNEL]
    assert bench.letters("update")[0].payload["private"] == "true"


def test_in_mode_observe_nothing_leaves_and_the_record_says_what_would_have():
    bench = Bench(Mode.OBSERVE)
    bench.open()
    out = bench.published()
    bench.does(ANN, "retract-update", out, reason="x")
    assert bench.outbox == []
    assert bench.incident.narrative.published[0].observed


# Before the reviewer ------------------------------------------------------------------------------------------------


def test_a_draft_that_takes_a_person_is_laid_before_the_channel_with_its_digest_on_the_buttons(bench):
    bench.does(ANN, "tone", text="do not speak of the regulator")
    bench.move(Draft(key="d", audiences=(Audience.EXTERNAL, Audience.CHANNEL)))
    (letter,) = bench.letters("review")
    update = bench.draft(Audience.EXTERNAL).update
    assert (letter.payload["channel"], letter.payload["exact"]) == ("slack", update.text)
    assert "do not speak of the regulator" in letter.payload["text"]
    assert update.digest in letter.payload["buttons"]
    bench.does(ANN, "edit-update", update.id, text=GOOD)
    assert bench.draft(Audience.EXTERNAL).update.digest in bench.letters("review")[-1].payload["buttons"]


# Seats --------------------------------------------------------------------------------------------------------------


def test_a_transfer_of_command_is_told_to_the_channel_with_name_and_time_once(bench):
    bench.does(ADA, "assign", seat="commander")
    bench.later(3)
    bench.does(ADA, "assign", seat="commander", person="cem@example.com")
    first, second = due(bench.incident, bench.desk)
    assert first.key != second.key
    (letter,) = second.letters
    assert letter.payload["channel"] == "slack"
    assert letter.payload["text"] == "Commander: cem@example.com takes over from ada@example.com at 03:07 UTC."
    assert bench.incident.seats["commander"] == "cem@example.com"  # one person holds it, at every moment


def test_nobody_is_told_of_a_transfer_where_nothing_may_leave():
    bench = Bench(Mode.OBSERVE)
    bench.open()
    bench.does(ADA, "assign", seat="commander")
    assert list(due(bench.incident, bench.desk)) == []


def test_a_persons_own_words_are_not_sent_by_themselves_once_they_are_older_than_the_facts(bench):
    bench.move(Draft(key="d", audiences=(Audience.CHANNEL,)))
    update = bench.draft(Audience.CHANNEL).update
    bench.does(ANN, "edit-update", update.id, text=f"{update.text}\nAll hands are on deck.")
    bench.happen(Diagnosed(diagnosis=diagnosis()))
    bench.move(Publish(key="p", update_id=update.id))
    assert bench.incident.narrative.published == ()
    assert "ann@example.com edited it" in bench.incident.flags[-1].text


# The cause ----------------------------------------------------------------------------------------------------------

CAUSE = (
    "As of 04:00 UTC transfers work again. The outage was caused by a full disk. Customers could not transfer money."
)


def codes_of(bench, text):
    found = violations(text, bench.incident, Audience.EXTERNAL, bench.desk, bench.time, None)
    return {str(one.code) for one in found}


def test_a_cause_that_a_person_gave_with_the_all_clear_may_be_told_until_it_turns_out_not_to_be_over(bench):
    assert "CAUSE_UNCONFIRMED" in codes_of(bench, CAUSE)
    bench.does(ADA, "all-clear", cause="a full disk", fix="cleaned")
    assert "CAUSE_UNCONFIRMED" not in codes_of(bench, CAUSE)
    bench.does(ADA, "reopen", reason="it is back")
    assert "CAUSE_UNCONFIRMED" in codes_of(bench, CAUSE)


def test_an_all_clear_that_leaves_the_cause_to_the_diagnosis_confirms_none(bench):
    bench.happen(Diagnosed(diagnosis=diagnosis()))
    bench.does(ADA, "all-clear")
    assert "CAUSE_UNCONFIRMED" in codes_of(bench, CAUSE)
