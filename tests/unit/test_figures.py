"""The figures a team lives by are counted from the timeline and from nothing else."""

from datetime import timedelta

from tests.unit.cases import history, triage

from tocsin.model.acts import Acknowledged, Paged, Resolved
from tocsin.model.event import Event, Triaged
from tocsin.model.figures import figures
from tocsin.model.ground import Severity
from tocsin.model.incident import fold


def story(name, *later, severity=Severity.SEV2):
    events = history(Triaged(triage=triage(severity=severity)))
    for minutes, body in later:
        at = events[0].at + timedelta(minutes=minutes)
        events.append(Event(incident_id=name, seq=len(events) + 1, at=at, actor="person:ada", body=body))
    return fold(name, events)


def test_medians_count_from_the_declaration_and_only_who_got_that_far():
    over = Resolved(confirmed_by=("ada",), cause="", fix="")
    found = figures(
        [
            story("A", (2, Acknowledged()), (30, over)),
            story("B", (4, Acknowledged()), (50, over)),
            story("C", severity=Severity.SEV1),
        ]
    )
    assert (found.incidents, found.open) == (3, 1)
    assert (found.minutes_to_acknowledge, found.minutes_to_resolve, found.minutes_to_mitigate) == (3, 40, None)
    assert found.by_severity == {"SEV1": 1, "SEV2": 2}


def test_what_mode_observe_would_have_done_is_listed_by_incident():
    watched = Paged(target="oncall:primary", reason="SEV2: x", level=0, key="k", observed=True)
    found = figures([story("A", (1, watched)), story("B")])
    assert found.would_have_done == {"A": ("page oncall:primary: SEV2: x",)}


def test_no_incident_is_no_error():
    assert figures([]).minutes_to_triage is None
