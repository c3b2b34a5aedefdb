"""The figures a team lives by are counted from the timeline and from nothing else."""

import pytest
from pydantic import ValidationError
from tests.unit.cases import START, history, triage
from tests.unit.timelines import declared, minutes, published, told

from tocsin.model.acts import Acknowledged, Mitigated, Paged, Resolved
from tocsin.model.communication import UpdateMissed, UpdatePublished
from tocsin.model.event import Drill, Event, Triaged
from tocsin.model.figures import Promises, Spread, figures, promises_of
from tocsin.model.ground import Severity
from tocsin.model.incident import fold
from tocsin.model.judged import judgements
from tocsin.model.review import CauseJudged
from tocsin.model.saving import Baselines, saved
from tocsin.model.update import Audience

OVER = Resolved(confirmed_by=("ada",), cause="", fix="")


def story(name, *later, severity=Severity.SEV2):
    events = history(Triaged(triage=triage(severity=severity)))
    for after, body in later:
        at = events[0].at + minutes(after)
        events.append(Event(incident_id=name, seq=len(events) + 1, at=at, actor="person:ada", body=body))
    return fold(name, events)


def test_medians_count_from_the_declaration_and_only_who_got_that_far():
    found = figures(
        [
            story("A", (2, Acknowledged()), (30, OVER)),
            story("B", (4, Acknowledged()), (50, OVER)),
            story("C", severity=Severity.SEV1),
        ]
    )
    assert (found.incidents, found.open) == (3, 1)
    assert found.times.acknowledge == Spread(n=2, median=3, p90=4)
    assert found.times.resolve == Spread(n=2, median=40, p90=50)
    assert found.times.mitigate is None
    assert found.by_severity == {"SEV1": 1, "SEV2": 2}


def test_nine_in_ten_incidents_do_not_exceed_the_ninetieth_percentile():
    found = figures([story(f"I{n}", (n, Acknowledged())) for n in range(1, 21)])
    assert found.times.acknowledge == Spread(n=20, median=10.5, p90=18)


def test_detection_is_measured_from_the_first_symptom_and_the_first_notice_is_the_customers_own():
    one = told([(1, "source:x", declared(onset=-12)), (9, "person:ada", published(9))])[0]
    internal = told([(1, "source:x", declared()), (4, "person:ada", _internal(4))])[0]
    found = figures([one, internal]).times
    assert found.detect == Spread(n=2, median=13, p90=13)
    assert found.first_notice == Spread(n=1, median=8, p90=8)


def _internal(minute):
    return UpdatePublished.model_validate(published(minute).model_dump() | {"audience": "internal"})


def test_updates_are_on_time_late_or_missed():
    missed = UpdateMissed(audience=Audience.EXTERNAL, due_at=START + minutes(40))
    bodies = [
        (1, "source:x", declared()),
        (10, "person:ada", published(10, due=10)),
        (20.4, "person:ada", published(20, due=20)),
        (31, "person:ada", published(31, due=30)),
        (45, "system", missed),
    ]
    found = promises_of([told(bodies)[0]])
    assert found == Promises(on_time=2, late=1, missed=1)
    assert found.share == 0.5
    assert promises_of([]).share is None


def test_what_mode_observe_would_have_done_is_listed_and_its_times_are_not_ours():
    watched = Paged(target="oncall:primary", reason="SEV2: x", level=0, key="k", observed=True)
    found = figures([story("A", (1, watched), (2, Acknowledged())), story("B")])
    assert found.would_have_done == {"A": ("page oncall:primary: SEV2: x",)}
    assert (found.incidents, found.observed) == (2, 1)
    assert found.times.acknowledge is None


def test_a_drill_is_counted_and_changes_no_figure():
    drill = told([(1, "person:ada", declared(drill=Drill())), (2, "person:ada", Acknowledged())])[0]
    found = figures([drill, story("B", (4, Acknowledged()))])
    assert (found.incidents, found.drills) == (1, 1)
    assert found.times.acknowledge == Spread(n=1, median=4, p90=4)
    assert sum(found.by_severity.values()) == 1


def test_no_incident_is_no_error():
    found = figures([])
    assert found.times.triage is None
    assert found.saved.money == (0, 0)
    assert found.months == ()


def test_each_service_and_month_has_its_own_line_the_newest_first():
    found = figures([story("A", (2, Acknowledged())), told([(60 * 24 * 40, "source:x", declared(service="web"))])[0]])
    assert [(one.month, one.service, one.incidents) for one in found.months] == [
        ("2026-04", "web", 1),
        ("2026-03", "ledger-api", 1),
    ]


# Saved ---------------------------------------------------------------------------------------------------------------


def test_time_saved_is_the_baseline_less_what_it_took_and_less_what_people_did():
    one = story("A", (5, published(5)), (25, published(25)), (30, OVER))
    found = saved([one], Baselines(cost_per_hour=60))
    assert found.triage_minutes == (14, 29)  # triaged one minute after the declaration
    assert found.communication_minutes == (26, 56)  # two messages of two minutes
    assert (found.minutes, found.money) == ((40, 85), (40, 85))
    assert (found.resolution_minutes, found.resolution_share) == (15, 0.3333)
    assert (found.triaged, found.communicated, found.resolved) == (1, 1, 1)


def test_an_incident_slower_than_by_hand_counts_against_us():
    found = saved([story("A", (90, OVER))], Baselines())
    assert (found.resolution_minutes, found.resolution_share) == (-45, -1)
    assert found.communicated == 0  # nobody was told anything, so nothing was saved there


def test_a_sev4_saves_nothing_for_nobody_would_have_spent_the_minutes():
    assert saved([story("A", severity=Severity.SEV4)], Baselines()).triaged == 0


def test_a_baseline_that_falls_is_a_mistake_that_is_named():
    with pytest.raises(ValidationError, match="lower bound"):
        Baselines(triage_minutes=(30, 15))


# Judged --------------------------------------------------------------------------------------------------------------


def judged(name, verdict, confidence, analysts=("log-analyst",)):
    said = CauseJudged(verdict=verdict, specialist="database-specialist", confidence=confidence, analysts=analysts)
    return story(name, (30, OVER), (60, said))


def test_verdicts_are_gathered_for_each_specialist_and_analyst_and_as_pairs_for_calibration():
    known = [judged("A", "right", 0.9), judged("B", "wrong", 0.5, ("log-analyst", "change-analyst")), story("C")]
    found = figures(known)
    mine = found.specialists["database-specialist"]
    assert (mine.right, mine.partly, mine.wrong, mine.credit, mine.confidence) == (1, 0, 1, 0.5, 0.7)
    assert found.analysts["change-analyst"].wrong == 1
    assert [(one.confidence, one.verdict) for one in judgements(known)] == [(0.9, "right"), (0.5, "wrong")]


def test_a_mitigation_has_its_time():
    assert figures([story("A", (20, Mitigated(text="x")))]).times.mitigate == Spread(n=1, median=20, p90=20)
