"""The page at one moment: how each component is, its last ninety days, and the one sentence over all."""

from datetime import date, timedelta

from tests.unit.test_bulletin import NOW, said

from tocsin.model.bulletin import Bulletin, bulletin
from tocsin.model.component import ComponentStatus, Impact
from tocsin.model.maintenance import Deed, Maintenance, MaintenanceStage, WindowNote
from tocsin.model.narrative import Published
from tocsin.model.statuspage import StatusPage, status_page

NAMES = ("Payments", "Search")
SINCE = NOW - timedelta(days=10)


def incident(*published: Published, name: str = "INC-1") -> Bulletin:
    made = bulletin(name, published, lambda inner: f"p:{inner}")
    assert made is not None
    return made


def window(start: float, end: float, **fields: object) -> Maintenance:
    made = {
        "id": "MNT-1",
        "title": "Upgrade",
        "text": "We upgrade.",
        "components": ("Search", "pay-gw-03"),
        "starts_at": NOW + timedelta(hours=start),
        "ends_at": NOW + timedelta(hours=end),
        "approved_at": NOW - timedelta(days=1),
    }
    return Maintenance.model_validate({**made, **fields})


def page(*bulletins: Bulletin, windows: tuple[Maintenance, ...] = (), minutes: float = 60) -> StatusPage:
    return status_page(bulletins, windows, NAMES, NOW + timedelta(minutes=minutes), since=SINCE)


def test_a_quiet_page_says_that_all_is_well_and_does_not_claim_days_it_did_not_see() -> None:
    made = page()
    assert (made.indicator, made.description) == (Impact.NONE, "All Systems Operational")
    assert [len(one.days) for one in made.components] == [90, 90]
    payments = made.components[0]
    assert [one.status for one in payments.days].count(None) == 79
    assert (payments.days[-1].date, payments.days[-11].date) == (date(2026, 11, 21), SINCE.date())
    assert payments.uptime == 1


def test_the_worst_component_and_the_worst_open_incident_speak_for_the_whole() -> None:
    slow = incident(said(0, components={"Search": "degraded_performance"}, impact="minor"), name="INC-2")
    out = incident(said(1, components={"Payments": "major_outage"}, impact="critical"))
    assert page(slow).description == "Partially Degraded Service"
    both = page(slow, out)
    assert (both.indicator, both.description) == (Impact.CRITICAL, "Major System Outage")
    assert [one.status for one in both.components] == [ComponentStatus.MAJOR, ComponentStatus.DEGRADED]
    assert [one.id for one in both.bulletins] == ["p:INC-1", "p:INC-2"]


def test_a_day_shows_the_worst_that_was_said_and_counts_minutes_of_outage_once() -> None:
    first = incident(said(0), said(30, "Resolved"))
    second = incident(said(15), said(45, "Resolved"), name="INC-2")
    today = page(first, second).components[0].days[-1]
    assert (today.status, today.down_minutes) == (ComponentStatus.PARTIAL, 45)
    up = page(first, second).components[0].uptime
    assert up is not None
    assert abs((1 - up) * (10 * 24 * 60 + 60) - 45) < 0.1


def test_an_outage_over_midnight_is_on_both_days() -> None:
    late = incident(said(-6 * 60), said(0, "Resolved"))  # 21:00 to 03:00
    days = page(late).components[0].days
    assert [(one.date.day, one.down_minutes) for one in days[-2:]] == [(20, 180), (21, 180)]
    assert days[-3].status is ComponentStatus.OPERATIONAL


def test_a_window_begins_and_ends_by_the_clock() -> None:
    planned = window(2, 4)
    stages = [page(windows=(planned,), minutes=minutes).maintenances[0] for minutes in (60,)]
    assert stages[0].components == ("Search",)
    before, during, after = (page(windows=(planned,), minutes=minutes) for minutes in (60, 150, 300))
    assert before.windows(MaintenanceStage.SCHEDULED) == before.maintenances
    assert (before.indicator, during.indicator, after.indicator) == (Impact.NONE, Impact.MAINTENANCE, Impact.NONE)
    assert during.components[1].status is ComponentStatus.MAINTENANCE
    assert during.updated_at == planned.starts_at
    assert after.windows(MaintenanceStage.COMPLETED) == after.maintenances
    assert after.components[1].days[-1].status is ComponentStatus.MAINTENANCE
    assert after.components[1].uptime == 1


def test_a_window_that_nobody_approved_or_that_is_only_observed_is_not_public() -> None:
    assert page(windows=(window(2, 4, approved_at=None), window(2, 4, id="MNT-2", observed=True))).maintenances == ()


def test_a_window_that_is_called_off_before_it_began_was_never_work_on_a_component() -> None:
    off = page(windows=(window(0.5, 4, cancelled_at=NOW),), minutes=60)
    assert off.windows(MaintenanceStage.COMPLETED) == off.maintenances
    assert [one.text for one in off.maintenances[0].turns(off.at)][-1].endswith("called off.")
    assert (off.indicator, off.components[1].status) == (Impact.NONE, ComponentStatus.OPERATIONAL)
    assert off.components[1].days[-1].status is ComponentStatus.OPERATIONAL


def test_words_that_nobody_approved_and_who_did_what_do_not_reach_the_page() -> None:
    notes = (WindowNote(id="N1", text="secret"), WindowNote(id="N2", text="told", approved_at=NOW))
    (made,) = page(windows=(window(2, 4, notes=notes, deeds=(Deed(at=NOW, by="person:ada", what="x"),)),)).maintenances
    assert (made.notes, made.deeds) == (notes[1:], ())
