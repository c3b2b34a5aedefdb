"""What whoever leads communication does besides review: tone, rhythm, audiences, asks, estimate, sync, and "any update?"."""

from datetime import timedelta

import pytest
from tests.desk_bench import ADA, ANN, BOB, EVE, Bench
from tests.unit.cases import diagnosis

from tocsin.errors import DataError, Denied, NotFound, NotNow
from tocsin.model.communication import UpdateAsked
from tocsin.model.event import Declared, Diagnosed
from tocsin.model.move import Draft, Publish
from tocsin.model.update import Audience

DATA = "As of 03:04 UTC we are checking whether customer data was accessed. Some customers cannot log in. Next update by 03:34 UTC."


@pytest.fixture
def bench():
    made = Bench()
    made.open()
    return made


def answer(done):
    return next(one.body.answer for one in done.events if isinstance(one.body, UpdateAsked))


# Any update? --------------------------------------------------------------------------------------------------------


def test_any_update_is_answered_from_the_record_with_status_what_is_known_and_when_the_next_one_comes(bench):
    bench.move(Draft(key="d", audiences=(Audience.CHANNEL,)))
    bench.move(Publish(key="p", update_id=bench.draft(Audience.CHANNEL).update.id))
    bench.happen(Diagnosed(diagnosis=diagnosis()))
    bench.later(5)
    told = answer(bench.does(EVE, "any-update", where="#general"))
    for part in ("SEV1", "Status Identified as of 03:09 UTC", "30% of requests failing", "Connection pool"):
        assert part in told
    assert "Last update 03:04 UTC. Next update by 2026-11-21 03:19 UTC." in told


def test_whoever_asks_and_whom_is_on_the_record_because_it_counts_towards_activation(bench):
    bench.does(EVE, "any-update", to_commander=True)
    bench.does(EVE, "any-update", asker="vera@example.com")
    first, second = bench.incident.narrative.asked
    assert (first.asker, first.to_commander, first.by_leader) == ("eve@example.com", True, False)
    assert (second.asker, second.by_leader) == ("vera@example.com", True)


def test_what_must_not_leave_the_team_is_not_in_the_answer(bench):
    bench.happen(Diagnosed(diagnosis=diagnosis()))
    bench.does(ANN, "tone", text="no cause speculation")
    assert "pool" not in answer(bench.does(EVE, "any-update"))


def test_before_triage_the_answer_says_that_and_nothing_more():
    bench = Bench()
    bench.happen(Declared(title="All is down", reason="by hand", started_at=bench.time))
    assert "is being triaged" in answer(bench.does(BOB, "any-update"))


# The sync and the estimate ------------------------------------------------------------------------------------------


def test_the_sync_takes_thirty_seconds_because_the_record_has_answered_already(bench):
    bench.does(ADA, "sync", eta_confidence="low")
    sync = bench.incident.narrative.sync
    assert sync.broken == "ledger-api: 30% of requests failing"
    assert "Investigating" in sync.known
    assert (sync.eta_confidence, sync.by) == ("low", "person:ada@example.com")
    bench.does(ADA, "sync", broken="only refunds", eta_confidence="high")
    assert bench.incident.narrative.sync.broken == "only refunds"


def test_an_estimate_has_an_owner_shows_in_updates_and_is_unknown_once_it_has_passed(bench):
    bench.move(Draft(key="d", audiences=(Audience.CHANNEL,)))
    bench.move(Publish(key="p", update_id=bench.draft(Audience.CHANNEL).update.id))
    at = bench.time + timedelta(minutes=50)
    bench.does(BOB, "eta", at=at, owner="ada@example.com", confidence="high", reason="the restore is half way")
    assert "ETA: 2026-11-21 03:54 UTC (ada@example.com, confidence high)" in bench.drafted(ANN, Audience.CHANNEL).text
    bench.later(51)
    assert "ETA: unknown" in bench.drafted(ANN, Audience.CHANNEL).text
    with pytest.raises(DataError, match="has passed"):
        bench.does(BOB, "eta", at=at, reason="again")


def test_an_estimate_can_be_taken_back(bench):
    bench.does(BOB, "eta", at=bench.time + timedelta(hours=1), reason="a guess")
    bench.does(BOB, "eta", reason="the restore failed")
    assert bench.incident.narrative.estimate is None


# Tone ---------------------------------------------------------------------------------------------------------------


def test_a_constraint_makes_what_was_written_before_it_stale(bench):
    update = bench.drafted()
    bench.does(ANN, "approve-update", update.id, digest=update.digest)
    bench.does(ANN, "tone", text="no cause speculation")
    with pytest.raises(NotNow, match="changed while you were writing"):
        bench.does(ANN, "publish-update", update.id)


@pytest.mark.parametrize("audience", [Audience.INTERNAL, Audience.EXECUTIVE, Audience.SUPPORT, Audience.EXTERNAL])
def test_no_cause_speculation_keeps_the_hypothesis_in_the_team(bench, audience):
    bench.happen(Diagnosed(diagnosis=diagnosis()))
    bench.does(ANN, "tone", text="no cause speculation")
    assert "pool" not in bench.drafted(ANN, audience).text.lower()
    assert "pool" in bench.drafted(ANN, Audience.SECURITY).text.lower()  # whoever works on it must know


def test_an_estimate_that_must_not_be_told_breaks_a_rule_even_when_somebody_owns_it(bench):
    bench.does(BOB, "eta", at=bench.time + timedelta(minutes=56), confidence="high", reason="half way")
    text = "As of 03:04 UTC some customers cannot use Transfers. We expect recovery by 04:00 UTC. Next update by 03:34 UTC."
    update = bench.drafted()
    bench.does(ANN, "edit-update", update.id, text=text)
    assert bench.draft(Audience.EXTERNAL).update.violations == ()
    bench.does(ANN, "tone", text="no ETA to anybody outside")
    update = bench.drafted()
    bench.does(ANN, "edit-update", update.id, text=text)
    assert [one.code for one in bench.draft(Audience.EXTERNAL).update.violations] == ["ETA"]


def test_words_on_customers_data_wait_for_legal_where_people_said_so(bench):
    bench.does(ANN, "tone", text="legal reviews wording on customer data")
    update = bench.drafted()
    bench.does(ANN, "edit-update", update.id, text=DATA)
    digest = bench.draft(Audience.EXTERNAL).update.digest
    bench.does(ANN, "approve-update", update.id, digest=digest)
    with pytest.raises(NotNow) as refused:
        bench.does(ANN, "publish-update", update.id)
    assert refused.value.code == "TCS-MSG-LEGAL"
    bench.does(ANN, "sign-update", update.id, digest=digest, person="lea@example.com")
    bench.does(ANN, "publish-update", update.id)
    assert len(bench.incident.narrative.published) == 1


def test_legal_is_whoever_is_configured_to_speak_for_it():
    bench = Bench(legal=("lea@example.com",))
    bench.open()
    update = bench.drafted()
    with pytest.raises(Denied, match="does not speak for legal"):
        bench.does(ANN, "sign-update", update.id, digest=update.digest, person="bob@example.com")


def test_legals_word_on_other_words_counts_for_nothing(bench):
    bench.does(ANN, "tone", text="legal reviews wording on customer data")
    update = bench.drafted()
    bench.does(ANN, "sign-update", update.id, digest=update.digest, person="lea@example.com")
    bench.does(ANN, "edit-update", update.id, text=DATA)
    digest = bench.draft(Audience.EXTERNAL).update.digest
    bench.does(ANN, "approve-update", update.id, digest=digest)
    with pytest.raises(NotNow, match="legal has not agreed"):
        bench.does(ANN, "publish-update", update.id)


def test_a_constraint_is_lifted_word_for_word(bench):
    bench.does(ANN, "tone", text="be kind")
    with pytest.raises(NotFound, match="be kind"):
        bench.does(ANN, "lift-tone", text="be rude", reason="x")
    bench.does(ANN, "lift-tone", text="be kind", reason="over")
    assert bench.incident.narrative.tone == ()


# Rhythm, audiences, asks --------------------------------------------------------------------------------------------


def test_another_rhythm_is_what_the_next_message_promises(bench):
    bench.does(ANN, "cadence", audience="external", minutes=15, reason="the press is calling")
    assert "Update interval: 15 minutes" in bench.drafted().text


def test_an_audience_is_engaged_once_for_each_place(bench):
    bench.does(ANN, "engage", audience="executive", via="the morning call")
    with pytest.raises(NotNow):
        bench.does(ANN, "engage", audience="executive", via="the morning call")
    assert bench.incident.narrative.engaged == {Audience.EXECUTIVE: "the morning call"}


def test_an_ask_stays_open_until_it_is_answered(bench):
    bench.does(BOB, "open-ask", text="support needs a line", audience="support")
    (ask,) = bench.incident.narrative.asks
    bench.does(ANN, "answer-ask", ask.id, answer="it is approved")
    assert bench.incident.narrative.asks[0].answer == "it is approved"
    with pytest.raises(NotNow):
        bench.does(ANN, "answer-ask", ask.id, answer="again")
    with pytest.raises(NotFound):
        bench.does(ANN, "answer-ask", "ASK-none", answer="x")


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ("tone", {"text": "x"}),
        ("lift-tone", {"text": "x", "reason": "x"}),
        ("cadence", {"audience": "external", "minutes": 15, "reason": "x"}),
        ("engage", {"audience": "executive", "via": "x"}),
        ("open-ask", {"text": "x"}),
        ("eta", {"reason": "x"}),
        ("sync", {"eta_confidence": "low"}),
    ],
)
def test_who_only_looks_may_ask_for_news_and_nothing_else(bench, act, fields):
    before = bench.incident
    with pytest.raises(Denied):
        bench.does(EVE, act, **fields)
    assert bench.incident == before
