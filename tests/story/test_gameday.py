"""Gamedays: practised like the real thing, by whoever's turn it is, and nothing of it reaches anybody or anything outside."""

import pytest
from tests.face_house import TOKEN
from tests.story.test_people_at_work import Office
from tests.story.test_review import ALERT, told

from tocsin.app import once
from tocsin.errors import DataError
from tocsin.guard.attempt import PeopleRules
from tocsin.model.acts import Seat
from tocsin.model.figures import figures
from tocsin.model.state import State
from tocsin.response import respond
from tocsin.stages import people
from tocsin.stages.people import asks
from tocsin.walk import OneGo

ROSTER = ("ann@example.com", "bob@example.com", "cem@example.com")
ROTA = {"rotas": [{"name": "primary", "people": ["zoe@example.com"]}], "escalation": ["primary"]}


def drill(**changes):
    return asks.Practise(**{"title": "Checkout is down", "service": "checkout", "severity": "SEV1", **changes})


async def played(one, **changes):
    """A drill that was declared and walked as far as it goes by itself."""
    await one.act(lambda attempt: _named(one, people.practise(attempt, drill(lead="ann@example.com", **changes))))
    await respond(one.incident_id, OneGo(), one.desk)
    return await one.incident()


def _named(one, incident):
    one.incident_id = incident.id
    return incident


async def letters(one):
    return await one.desk.store.read(lambda ledger: ledger.outbox.of(one.incident_id))


def test_a_drill_is_walked_like_an_incident_and_leaves_no_letter_even_in_mode_act():
    async def story(one):
        incident = await played(one)
        await one.all_clear()
        await one.walk()
        return incident, await one.incident(), await letters(one)

    incident, over, sent = told(story, policy={"mode": "act"}, oncall=ROTA)
    assert incident.title == "DRILL: Checkout is down"
    assert incident.triage is not None
    assert incident.pages
    assert all(page.observed for page in incident.pages)
    assert sent == []
    assert over.state is State.RESOLVED
    assert "a drill, nothing of this was real" in over.review.text
    assert figures([over]).incidents == 0


def test_people_are_called_for_real_only_where_that_is_asked_for():
    async def story(one):
        incident = await played(one, pages=True)
        return incident, await letters(one)

    incident, sent = told(story, policy={"mode": "propose"}, oncall=ROTA)
    assert any(not page.observed for page in incident.pages)
    assert {one.kind for one in sent} == {"page"}
    assert all("DRILL: Checkout is down" in one.payload["text"] for one in sent)


def test_a_real_alert_of_the_same_service_opens_an_incident_of_its_own():
    async def story(one):
        await one.act(
            lambda attempt: _named(one, people.practise(attempt, drill(service="ledger-api", lead="ann@example.com")))
        )
        real = await once.open_incident(one.house, one.desk, ALERT, "auto")
        return one.incident_id, await one.desk.incident(real)

    played_id, real = told(story)
    assert real.id != played_id
    assert real.drill is None


def test_a_drill_and_a_real_incident_are_never_merged():
    async def story(one):
        await one.alert()
        real = one.incident_id
        await played(one)
        with pytest.raises(DataError, match="one of the two is a drill"):
            await one.act(lambda attempt: people.merge(attempt, real, asks.Merge(into=one.incident_id, reason="x")))

    told(story)


# Turns ---------------------------------------------------------------------------------------------------------------


def test_turns_go_round_and_leading_in_earnest_counts_as_a_turn():
    async def story(one):
        one.house.settings.people.__dict__["gameday"] = ROSTER
        seen = []

        async def next_up():
            found = await one.desk.store.read(lambda ledger: people.turns(ledger, ROSTER))
            return [turn.person for turn in found.turns]

        seen.append(await next_up())
        await one.alert()
        seat = asks.Assign(seat=Seat.COMMUNICATIONS_LEAD, person="ann@example.com")
        await one.act(lambda attempt: people.assign(attempt, one.incident_id, seat))
        seen.append(await next_up())
        for _ in range(2):
            one.clock.leap(60)
            await one.act(lambda attempt: people.practise(attempt, drill()))
        seen.append(await next_up())
        return seen

    first, second, last = told(story)
    assert first == list(ROSTER)
    assert second == ["bob@example.com", "cem@example.com", "ann@example.com"]
    assert last == ["ann@example.com", "bob@example.com", "cem@example.com"]


def test_without_a_roster_somebody_must_be_named():
    async def story(one):
        with pytest.raises(DataError, match="nobody takes turns yet"):
            await one.act(lambda attempt: people.practise(attempt, drill()))

    told(story)


def test_a_gameday_over_http_names_the_next_and_is_marked_in_the_document():
    office = Office(token=TOKEN)
    office.rooms.people = PeopleRules(gameday=ROSTER)
    assert office.get("/api/gameday", **office.eve).json()["turns"][0] == {
        "person": "ann@example.com",
        "last_led_at": None,
    }
    answer = office.post("/api/incidents/drills", {"title": "Disk full", "severity": "SEV2"}, **office.ada)
    assert answer.status_code == 201, answer.text
    assert office.post("/api/incidents/drills", {"title": "x"}, **office.eve).status_code == 403
    document = office.get(f"/api/incidents/{answer.json()['incident']}/document", **office.eve).json()
    assert document["drill"] is True
    assert document["title"] == "DRILL: Disk full"
    assert document["people"][0]["person"] == "ann@example.com"
    assert office.get("/api/gameday", **office.eve).json()["turns"][0]["person"] == "bob@example.com"
