"""Whole incidents on a clock that leaps: every audience hears when it was promised to, or those responsible are told and it is on
the record; and a process that is cut anywhere goes on from the store as if nothing had been.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from benchmarks.pacing import START, LeapingClock, Shift, settings_for

from tocsin.model.acts import Flagged, Paged, Seat, SeatTaken
from tocsin.model.communication import (
    CommunicationsActivated,
    UpdateDrafted,
    UpdateMissed,
    UpdatePublished,
    UpdateReminded,
)
from tocsin.model.event import Drill, Event
from tocsin.model.ground import Severity
from tocsin.model.incident import Incident
from tocsin.model.update import FOR_CUSTOMERS, Audience
from tocsin.stages import people
from tocsin.stages.communicate import asks, handoff_of, lead, review

ONCALL = {
    "rotas": [{"name": "first", "people": ["ada@example.com"]}, {"name": "second", "people": ["cy@example.com"]}],
    "directory": {"communications-lead": ["lea@example.com", "max@example.com"]},
}
CATALOGUE = {"services": [{"name": "till", "public_name": "Checkout", "tier": 0, "revenue": True}]}
Told = Callable[[Shift, str], Awaitable[None]]


def story(
    folder: Path,
    told: Told,
    severity: Severity = Severity.SEV1,
    *,
    cuts: set[int] = frozenset(),
    drill: Drill | None = None,
    **own,
) -> None:
    """Declares an incident at the start of a shift, and tells the story."""

    async def whole() -> None:
        sections = {"oncall": ONCALL, "catalogue": CATALOGUE, **own}
        settings = settings_for(f"sqlite:///{folder / 't.db'}", **sections)
        async with Shift(settings, LeapingClock(still=True)) as shift:
            shift.cut_at |= cuts
            ask = people.asks.Declare(title="The till answers slowly", service="till", severity=severity)
            incident = await shift.act("dan", lambda attempt: people.declare(attempt, ask, drill))
            await told(shift, incident.id)

    asyncio.run(whole())


async def seat(shift: Shift, incident_id: str, which: Seat, who: str) -> Incident:
    ask = people.asks.Assign(seat=which, person=f"{who}@example.com")
    return await shift.act("dan", lambda attempt: people.assign(attempt, incident_id, ask))


async def over(shift: Shift, incident_id: str) -> Incident:
    ask = people.asks.AllClear(cause="a leak of connections", fix="the release was rolled back")
    return await shift.act("dan", lambda attempt: people.all_clear(attempt, incident_id, ask))


class Reviewer:
    """Whoever has the seat reviews a draft two minutes after it was written."""

    def __init__(self, who: str, incident_id: str) -> None:
        self.who, self.incident_id, self.seen = who, incident_id, set()

    async def watch(self, shift: Shift) -> None:
        incident = await shift.incident(self.incident_id)
        for draft in incident.narrative.drafts:
            if draft.update.audience not in shift.settings.cadence.by_itself and draft.update.id not in self.seen:
                self.seen.add(draft.update.id)
                shift.plan(shift.clock.now() + timedelta(minutes=1.5), partial(self.review, draft.update.id))
        shift.plan(shift.clock.now() + timedelta(seconds=20), self.watch)

    async def review(self, update_id: str, shift: Shift) -> None:
        incident, desk = await shift.incident(self.incident_id), shift.house.desk.messages
        draft = incident.narrative.draft(update_id)
        if draft is None or draft.update.facts_seq < incident.facts_seq:
            return
        digest = draft.update.digest
        if draft.update.audience in FOR_CUSTOMERS:
            yes = asks.Approve(digest=digest)
            await shift.act(self.who, lambda attempt: review.approve(attempt, desk, incident.id, update_id, yes))
        out = asks.Publish(digest=digest)
        await shift.act(self.who, lambda attempt: review.publish(attempt, desk, incident.id, update_id, out))


def bodies(events: list[Event], *kinds: type) -> list:
    return [event.body for event in events if isinstance(event.body, kinds)]


def heard(events: list[Event], audience: Audience) -> list[float]:
    """Minutes after the start at which that audience was told."""
    told = [one for one in events if isinstance(one.body, UpdatePublished) and one.body.audience is audience]
    return [(event.at - START).total_seconds() / 60 for event in told]


def test_a_sev1_of_three_hours_keeps_every_promise_across_a_handoff_with_no_gap_and_never_two(tmp_path: Path):
    async def told(shift: Shift, name: str) -> None:
        reviewer = Reviewer("lea", name)
        shift.at(0, reviewer.watch)
        shift.at(2, lambda one: seat(one, name, Seat.COMMANDER, "dan"))
        shift.at(4, lambda one: seat(one, name, Seat.COMMUNICATIONS_LEAD, "lea"))
        await shift.run(90)
        before = await shift.incident(name)
        document = await shift.house.desk.store.read(
            lambda ledger: handoff_of(before, shift.house.desk.messages, shift.clock.now())
        )
        assert document.next and document.public_message
        await seat(shift, name, Seat.COMMUNICATIONS_LEAD, "max")
        reviewer.who = "max"
        await shift.run(180)
        await over(shift, name)
        await shift.run(300)
        events, incident = await shift.events(name), await shift.incident(name)

        assert bodies(events, CommunicationsActivated)[0].rule == "SEV1: always"
        assert [one.target for one in bodies(events, Paged)].count("role:communications-lead") == 1
        told = heard(events, Audience.EXTERNAL)
        assert told[0] <= 5 and all(later - sooner <= 30 for sooner, later in pairwise(told))
        channel = heard(events, Audience.CHANNEL)
        assert all(later - sooner <= 15 for sooner, later in pairwise([one for one in channel if one <= 180]))
        assert bodies(events, UpdateMissed) == []
        assert all(one.level == 0 for one in bodies(events, UpdateReminded))
        seats = [one for one in bodies(events, SeatTaken) if one.seat is Seat.COMMUNICATIONS_LEAD]
        assert [(one.person, one.handed_over_by) for one in seats] == [
            ("lea@example.com", ""),
            ("max@example.com", "lea@example.com"),
        ]
        by = [
            event.actor
            for event in events
            if isinstance(event.body, UpdatePublished) and event.body.audience in FOR_CUSTOMERS
        ]
        assert set(by) == {"person:lea@example.com", "person:max@example.com"}
        last = {one.audience: one for one in bodies(events, UpdatePublished)}
        assert last[Audience.EXTERNAL].status == "Resolved" and last[Audience.EXECUTIVE].template == "executive_summary"
        assert not incident.is_attended
        assert max(
            event.at for event in events if isinstance(event.body, UpdateDrafted | UpdatePublished)
        ) < START + timedelta(minutes=200)

    story(tmp_path, told)


def test_a_sev3_closed_in_ten_minutes_needs_no_communications_lead_and_tells_customers_nothing(tmp_path: Path):
    async def told(shift: Shift, name: str) -> None:
        shift.at(1, lambda one: one.act("dan", lambda attempt: people.acknowledge(attempt, name)))
        shift.at(9, lambda one: over(one, name))
        await shift.run(240)
        events = await shift.events(name)
        assert bodies(events, CommunicationsActivated, UpdateReminded, UpdateMissed, Paged) == []
        assert heard(events, Audience.EXTERNAL) == []
        channel = [one for one in bodies(events, UpdatePublished) if one.audience is Audience.CHANNEL]
        assert (channel[0].template, channel[-1].template) == ("declared", "resolved")
        assert 9 <= heard(events, Audience.CHANNEL)[-1] <= 9.5
        assert not (await shift.incident(name)).is_attended

    story(tmp_path, told, Severity.SEV3)


def test_a_reopened_incident_owes_customers_a_new_notice_and_its_end_again(tmp_path: Path):
    async def told(shift: Shift, name: str) -> None:
        shift.at(0, Reviewer("lea", name).watch)
        shift.at(30, lambda one: over(one, name))
        ask = people.asks.Reopen(reason="it is back")
        shift.at(60, lambda one: one.act("dan", lambda attempt: people.reopen(attempt, name, ask)))
        shift.at(100, lambda one: over(one, name))
        await shift.run(200)
        events = await shift.events(name)
        told = [
            (one.status, one.template) for one in bodies(events, UpdatePublished) if one.audience is Audience.EXTERNAL
        ]
        statuses = [status for status, _ in told]
        assert statuses.count("Resolved") == 2 and statuses[-1] == "Resolved" and statuses[0] != "Resolved"
        again = next(minute for minute in heard(events, Audience.EXTERNAL) if minute > 60)
        assert again <= 65
        assert bodies(events, UpdateMissed) == []

    story(tmp_path, told, Severity.SEV2)


def test_while_the_reviewer_sleeps_people_are_told_one_after_the_other_and_each_miss_is_recorded(tmp_path: Path):
    async def told(shift: Shift, name: str) -> None:
        await seat(shift, name, Seat.COMMANDER, "dan")
        await seat(shift, name, Seat.COMMUNICATIONS_LEAD, "lea")
        await shift.run(55)
        events = await shift.events(name)
        missed = [(one.audience, one.due_at - START) for one in bodies(events, UpdateMissed)]
        assert [who for who, _ in missed] == [Audience.EXTERNAL] * 2
        assert [due for _, due in missed] == [timedelta(minutes=15), timedelta(minutes=45)]
        first = [(one.level, one.target) for one in bodies(events, UpdateReminded)][:3]
        assert first == [(0, "lea@example.com"), (1, "dan@example.com"), (2, "oncall:2")]
        assert [one.code for one in bodies(events, Flagged)].count("update_missed:external") == 2
        assert heard(events, Audience.EXTERNAL) == [] and len(heard(events, Audience.CHANNEL)) >= 4
        calls = [
            one for one in await shift.parcels() if one["kind"] == "page" and "update for customers" in one["text"]
        ]
        assert [one["people"] for one in calls[:3]] == ["lea@example.com", "dan@example.com", "cy@example.com"]
        assert len({one["key"] for one in calls}) == len(calls) == 6

    story(tmp_path, told)


def test_the_room_opens_at_once_and_reminders_are_said_in_it(tmp_path: Path):
    async def told(shift: Shift, name: str) -> None:
        await shift.run(6)
        (room,) = [one for one in await shift.parcels() if one.get("purpose") == "room"]
        assert room["title"] == "inc-20300107-till-answers-slowly" and name in room["text"]

    story(tmp_path, told, cadence={"rooms": {"channels": ["slack"]}})


def test_a_sev2_gets_a_communications_lead_when_the_commander_is_asked_twice(tmp_path: Path):
    async def told(shift: Shift, name: str) -> None:
        ask = asks.AnyUpdate(asker="bo@example.com", where="#payments", to_commander=True)
        for minute in (3, 8):
            shift.at(
                minute,
                lambda one: one.act(
                    "dan", lambda attempt: lead.any_update(attempt, one.house.desk.messages, name, ask)
                ),
            )
        await shift.run(7)
        assert bodies(await shift.events(name), CommunicationsActivated) == []
        await shift.run(9)
        (row,) = bodies(await shift.events(name), CommunicationsActivated)
        assert "asked for news twice" in row.rule

    story(tmp_path, told, Severity.SEV2)


def test_a_drill_is_communicated_like_an_incident_to_its_last_word_and_every_word_of_it_stays_in_the_house(
    tmp_path: Path,
):
    async def told(shift: Shift, name: str) -> None:
        shift.at(30, Reviewer("lea", name).watch)
        shift.at(60, lambda one: over(one, name))
        await shift.run(90)
        events = await shift.events(name)
        assert len(bodies(events, UpdateMissed)) == 1 and bodies(events, CommunicationsActivated)
        out = bodies(events, UpdatePublished)
        assert all(one.observed and not one.channels for one in out)
        assert {one.status for one in out if one.audience is Audience.EXTERNAL} >= {"Resolved"}
        assert not (await shift.incident(name)).unended

    story(tmp_path, told, drill=Drill())


@pytest.mark.parametrize("cuts", [set(range(12, 125, 13)), {5, 6, 7, 8}, {40, 41, 60, 61, 90, 91}])
def test_a_process_cut_at_any_step_forgets_no_promise_and_tells_nobody_twice(tmp_path: Path, cuts: set[int]):
    async def told(shift: Shift, name: str) -> None:
        await shift.run(48)
        events = await shift.events(name)
        assert shift.restarts == len(cuts)
        told = [(one.audience, one.due_at, one.level) for one in bodies(events, UpdateReminded)]
        missed = [(one.audience, one.due_at) for one in bodies(events, UpdateMissed)]
        assert len(told) == len(set(told)) == 6 and len(missed) == len(set(missed)) == 1
        published = [one.update_id for one in bodies(events, UpdatePublished)]
        assert len(published) == len(set(published))
        channel = heard(events, Audience.CHANNEL)
        assert channel[0] < 5 and all(later - sooner <= 15.5 for sooner, later in pairwise(channel))
        keys = [one["key"] for one in await shift.parcels()]
        assert len(keys) == len(set(keys))

    story(tmp_path, told, cuts=cuts)
