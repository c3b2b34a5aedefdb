"""What is said about a response that is late or stuck: once, at its time, and never while all that people do is watch."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.cases import START, history, triage

from tocsin.model.acts import (
    STUCK,
    Acknowledged,
    Flagged,
    LineEnded,
    LineOpened,
    Mitigated,
    NextActionSet,
    Paged,
    Resolved,
    SeverityChanged,
)
from tocsin.model.event import Event, Noted, Triaged
from tocsin.model.ground import Severity
from tocsin.model.incident import fold
from tocsin.model.move import Tell, Wait
from tocsin.model.rota import OnCall, Rota
from tocsin.stages import paging
from tocsin.stages.progress import ProgressSettings, due

RULES = ProgressSettings()
ONCALL = OnCall(
    rotas=(Rota(name="first", people=("ada@example.com",)), Rota(name="second", people=("cy@example.com",))),
    escalation=("first", "second"),
)
PERSON = "person:dee@example.com"


class Response:
    """An incident declared at minute 1 that goes on as progress says."""

    def __init__(self, severity=Severity.SEV2, *bodies):
        known = {"severity": severity, "notify": ("oncall:primary",)}
        self.events = history(Triaged(triage=triage(**known)), *bodies) if severity else history()

    @property
    def incident(self):
        return fold("INC-1", self.events)

    def happen(self, body, minutes, actor=PERSON):
        at = START + timedelta(minutes=minutes)
        self.events.append(Event(incident_id="INC-1", seq=len(self.events) + 1, at=at, actor=actor, body=body))

    def look(self, minutes):
        """The codes that are flagged until there is nothing more to say."""
        said = []
        for _ in range(20):
            move = due(self.incident, START + timedelta(minutes=minutes), RULES)
            if not isinstance(move, Tell):
                return said
            for one in move.events:
                self.happen(one.body, minutes, one.actor)
                said += [one.body.code] if isinstance(one.body, Flagged) else []
        raise AssertionError("progress does not come to an end")

    def line(self, name, opened, minutes=10, question="is it the cache"):
        until = START + timedelta(minutes=opened + minutes)
        self.happen(LineOpened(line_id=name, owner="ada@example.com", question=question, until=until), opened)

    def busy(self, minutes):
        self.happen(Noted(text="looking"), minutes)


@pytest.mark.parametrize("severity", [Severity.SEV1, Severity.SEV2])
def test_an_urgent_incident_that_nobody_acknowledges_in_five_minutes_is_flagged_once(severity):
    response = Response(severity)
    assert response.look(5.9) == []
    assert response.look(6) == ["declaration_late"]
    assert response.look(7) == []


def test_an_acknowledged_one_and_a_minor_one_are_not_late():
    response = Response()
    response.happen(Acknowledged(), 3)
    assert response.look(10) == []
    assert Response(Severity.SEV3).look(10) == []


def test_triage_that_is_not_done_in_fifteen_minutes_is_flagged_with_what_is_missing():
    response = Response(None)
    assert response.look(15.9) == []
    assert response.look(16) == ["triage_late"]
    assert "not decided" in response.incident.flags[-1].text


def test_an_urgent_triage_needs_a_next_action_with_one_owner():
    response = Response()
    response.happen(Acknowledged(), 3)
    response.busy(10)
    assert response.look(16) == ["triage_late"]
    other = Response()
    other.happen(Acknowledged(), 3)
    other.happen(NextActionSet(text="drain", owner="ada@example.com"), 10)
    assert other.look(16) == []


def test_a_line_that_comes_to_its_end_is_ended_in_missions_words_and_people_are_asked_to_think_again():
    response = Response(Severity.SEV3)
    response.line("LIN-1", 4)
    assert response.look(13.9) == []
    assert response.look(14) == ["line_ended"]
    text = response.incident.flags[-1].text
    assert "We tried [is it the cache] for 10 minutes, it did not move us forward" in text
    assert "re-evaluate" in text
    assert response.incident.lines[0].ended_at
    assert response.look(15) == []


def test_two_lines_without_a_finding_are_stuck_and_a_finding_in_between_is_not():
    response = Response(Severity.SEV3)
    response.line("LIN-1", 3)
    response.line("LIN-2", 4)
    assert response.look(20).count(STUCK) == 1
    assert response.look(30) == []
    other = Response(Severity.SEV3)
    other.line("LIN-1", 3)
    assert STUCK not in other.look(13)
    other.line("LIN-2", 13)
    other.happen(LineEnded(line_id="LIN-2", finding="it is the cache"), 15)
    other.line("LIN-3", 16)
    assert STUCK not in other.look(27)


def test_two_more_barren_lines_are_stuck_once_more():
    response = Response(Severity.SEV3)
    for number in range(4):
        response.line(f"LIN-{number}", 3 + 11 * number)
        response.look(14 + 11 * number)
    assert [flag.code for flag in response.incident.flags].count(STUCK) == 2


def test_fifteen_minutes_without_a_person_are_stuck_once_for_each_silence():
    response = Response()
    response.happen(Acknowledged(), 4)
    response.happen(NextActionSet(text="drain", owner="ada@example.com"), 4)
    response.happen(Noted(text="the machine works on"), 10, "system")
    assert response.look(18.9) == []
    assert response.look(19) == [STUCK]
    assert response.look(60) == []
    response.busy(61)
    assert response.look(76) == [STUCK]


def test_silence_is_fine_while_an_incident_is_only_watched_and_when_it_is_over():
    response = Response()
    response.happen(Acknowledged(), 3)
    response.happen(NextActionSet(text="watch", owner="ada@example.com"), 3)
    response.happen(Mitigated(text="traffic moved"), 5)
    assert response.look(300) == []
    response.happen(Resolved(confirmed_by=(), cause="", fix=""), 301)
    assert due(response.incident, START + timedelta(minutes=400), RULES) is None


def test_when_nothing_is_to_be_said_yet_the_next_time_is_named():
    assert due(Response().incident, START + timedelta(minutes=2), RULES) == Wait(until=START + timedelta(minutes=6))


def test_a_stuck_team_gets_the_next_level_once_even_when_somebody_has_acknowledged():
    response = Response(Severity.SEV2)
    response.happen(Paged(target="oncall:primary", reason="SEV2", level=0, key="k"), 2, "role:commander")
    response.happen(Acknowledged(), 3)
    assert list(paging.due(response.incident, START + timedelta(minutes=4), ONCALL)) == []
    response.happen(Flagged(code=STUCK, text="Stuck: silence"), 20, "role:commander")
    (move,) = paging.due(response.incident, START + timedelta(minutes=20), ONCALL)
    assert isinstance(move, Tell)
    page = move.events[0].body
    assert (page.target, page.level) == ("oncall:2", 1)
    assert "Stuck" in page.reason
    response.happen(page, 20, "role:commander")
    assert list(paging.due(response.incident, START + timedelta(minutes=21), ONCALL)) == []


def test_a_stuck_sev3_calls_nobody():
    response = Response(Severity.SEV3)
    response.happen(Flagged(code=STUCK, text="Stuck"), 20, "role:commander")
    assert list(paging.due(response.incident, START + timedelta(minutes=20), ONCALL)) == []


_BODIES = st.one_of(
    st.just(Acknowledged()),
    st.just(Noted(text="hm")),
    st.just(Mitigated(text="gone")),
    st.just(NextActionSet(text="look", owner="ada@example.com")),
    st.sampled_from(Severity).map(lambda one: SeverityChanged(severity=one, reason="more")),
    st.integers(0, 4).map(
        lambda n: LineOpened(line_id=f"L{n}", owner="a", question="q", until=START + timedelta(minutes=5 + 9 * n))
    ),
    st.integers(0, 4).map(lambda n: LineEnded(line_id=f"L{n}", finding="x" * (n % 2))),
)


@given(st.lists(st.tuples(_BODIES, st.integers(0, 30), st.booleans()), max_size=12))
def test_whatever_people_do_progress_comes_to_rest_and_no_key_is_asked_for_twice(story):
    response, at, keys = Response(), 3, set()
    for body, later, by_person in story:
        at += later
        lines = [one.id for one in response.incident.lines]
        if isinstance(body, LineOpened):
            body = body.model_copy(update={"line_id": f"L{len(lines)}"})
        if isinstance(body, LineEnded) and lines:
            body = body.model_copy(update={"line_id": lines[-1]})
        response.happen(body, at, PERSON if by_person else "system")
        for _ in range(20):
            move = due(response.incident, START + timedelta(minutes=at), RULES)
            if not isinstance(move, Tell):
                break
            assert move.key not in keys
            keys.add(move.key)
            for one in move.events:
                response.happen(one.body, at, one.actor)
        else:
            raise AssertionError("progress does not come to an end")
        assert move is None or move.until > START + timedelta(minutes=at)
