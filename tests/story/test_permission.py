"""Permission, told as it happens: who waits, who may, what is refused, and what runs by itself."""

import asyncio
import re
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from benchmarks.acting import PEOPLE, House, policy

from tocsin.errors import DataError, Denied, NotNow, OutcomeUnknown, SourceError, WaitsForPerson
from tocsin.model.action import Decision, Fix, approval_digest
from tocsin.model.acts import ActionApproved, ActionStarted, SeverityChanged
from tocsin.model.event import FixProposed, Noted
from tocsin.model.ground import IncidentType, Severity
from tocsin.model.move import Leave, Tell, Wait
from tocsin.model.standing import ActionState
from tocsin.stages import course
from tocsin.stages.remediate import permit, stop
from tocsin.stages.remediate.due import Rules, due
from tocsin.stages.remediate.hands import carry_out
from tocsin.stages.remediate.perform import perform
from tocsin.stages.remediate.permit import REMEDIATOR

ADA, BOB, CEM, DOT, EVE = (PEOPLE[name] for name in ("ada", "bob", "cem", "dot", "eve"))
LOOK, OFF, RESTART, BOTH, WIPE, CALL = range(6)


async def walk(house, turns=40, name="INC-1", done=None):
    """The loop in small: what is due is carried out until there is nothing but waiting. `done` are the keys of earlier walks."""
    rules = Rules(house.means.current, house.shelf, house.means.over)
    done = set() if done is None else done
    for _ in range(turns):
        incident = await house.incident(name)
        move = course.first(due(incident, max(house.time.now(), incident.updated_at), rules), frozenset(done))
        if isinstance(move, Wait | Leave):
            return move
        done.add(move.key)

        async def record(key, *happened):
            def work(ledger):
                for one in happened:
                    ledger.timeline.append(name, one.body, actor=one.actor, at=house.time.now())
                return ledger.incidents.get(name)

            return await house.store.write(work)

        if isinstance(move, Tell):
            await record(move.key, *move.events)
        else:
            await carry_out(house.means, move, incident, record)
    raise AssertionError("the loop never came to rest")


async def asked(house, index=RESTART, by=CEM, **more):
    found = await permit.request(house.means, "INC-1", "flood", index, by=by, **more)
    return found.action


async def yes(house, action, *people, **more):
    for one in people:
        await permit.approve(house.means, "INC-1", action.id, by=one, **more)


async def run(house, action):
    return next(one for one in (await perform(house.means, "INC-1", action.id)).actions if one.id == action.id)


def story(told):
    return asyncio.run(told())


@pytest.mark.parametrize("environment", ["prod", "stage", ""])
def test_a_sev1_waits_for_a_person_in_any_environment_and_nothing_runs(environment):
    async def told():
        house = House("act")
        await house.open(Severity.SEV1, environment=environment)
        rest = await walk(house)
        assert isinstance(rest, Wait)
        incident = await house.incident()
        assert [one.state for one in incident.actions] == [ActionState.REQUESTED]
        assert incident.actions[0].verdict.decision is Decision.ONE
        assert house.ran == []
        with pytest.raises(Denied):
            await run(house, incident.actions[0])
        assert house.ran == []

    story(told)


@pytest.mark.parametrize("environment", ["prod", "stage"])
def test_a_sev3_runs_what_its_runbook_marks_auto_by_itself(environment):
    async def told():
        house = House("act")
        await house.open(Severity.SEV3, environment=environment)
        await walk(house)
        assert [step.name for step, _ in house.ran] == ["look", "switch_off"]
        incident = await house.incident()
        assert all(one.approvals == () and one.state is ActionState.DONE for one in incident.actions)

    story(told)


def test_in_mode_propose_even_that_waits_for_a_click():
    async def told():
        house = House("propose")
        await house.open(Severity.SEV3)
        await walk(house)
        assert house.ran == []
        (action,) = (await house.incident()).actions
        await yes(house, action, ADA)
        await walk(house)
        assert [step.name for step, _ in house.ran] == ["switch_off"]

    story(told)


def test_a_sev2_runs_with_one_approver_and_with_the_bytes_they_saw():
    async def told():
        house = House("act")
        await house.open(Severity.SEV2)
        action = await asked(house)
        await yes(house, action, ADA, digest=approval_digest(action.step, action.rehearsal))
        ended = await run(house, action)
        assert ended.state is ActionState.DONE
        assert ended.key == f"INC-1/{action.id}/{action.step.digest[:16]}"
        started = [
            event.body
            for event in await house.store.read(lambda ledger: ledger.timeline.events("INC-1"))
            if isinstance(event.body, ActionStarted)
        ]
        assert started[0].approvals == tuple(one.id for one in ended.approvals)

    story(told)


def test_an_expired_approval_runs_nothing_and_the_step_is_offered_again_with_a_fresh_dry_run():
    async def told():
        house = House("act")
        await house.open(Severity.SEV2)
        await walk(house)
        (action,) = (await house.incident()).actions
        await yes(house, action, ADA)
        house.time.let(minutes=15)
        await walk(house)
        first, second = (await house.incident()).actions
        assert first.state is ActionState.REJECTED
        assert first.said.startswith("expired")
        assert second.state is ActionState.REQUESTED
        assert second.approvals == ()
        assert house.ran == []
        assert len(house.hands["http"].rehearsed) == 2

    story(told)


def test_what_a_person_asked_for_and_nobody_answered_is_asked_again_in_their_name_with_a_fresh_dry_run():
    async def told():
        house = House("act")
        await house.open(Severity.SEV2, fix="")
        await asked(house, RESTART, by=BOB)
        house.time.let(minutes=15)
        await walk(house)
        first, second = (await house.incident()).actions
        assert (first.state, second.state) == (ActionState.REJECTED, ActionState.REQUESTED)
        assert second.requested_by == BOB.actor
        assert len(house.hands["kubernetes"].rehearsed) == 2
        with pytest.raises(Denied, match="cannot approve it alone"):
            await yes(house, second, BOB)
        await yes(house, second, ADA)
        await walk(house)
        assert [step.name for step, _ in house.ran] == ["restart_app"]

    story(told)


def test_a_persons_request_is_asked_for_again_only_so_often_and_not_after_a_no():
    async def told():
        house = House(law=policy("act", approval={"offers": 3}))
        await house.open(Severity.SEV2, fix="")
        await asked(house, RESTART, by=BOB)
        for _ in range(5):
            house.time.let(minutes=15)
            await walk(house)
        assert len((await house.incident()).actions) == 3
        no = await asked(house, OFF, by=BOB)
        await permit.reject(house.means, "INC-1", no.id, by=ADA, reason="not now")
        await walk(house)
        assert len((await house.incident()).actions) == 4

    story(told)


def test_an_approval_does_not_live_longer_because_the_clock_was_set_back():
    async def told():
        house = House("act")
        await house.open(Severity.SEV2)
        action = await asked(house)
        await yes(house, action, ADA)
        house.time.let(minutes=20)
        house.time.wall -= timedelta(hours=1)
        with pytest.raises(Denied, match="expired"):
            await run(house, action)
        assert house.ran == []

    story(told)


def test_an_approval_is_used_once():
    async def told():
        house = House("act")
        await house.open(Severity.SEV2)
        action = await asked(house)
        await yes(house, action, ADA)
        await run(house, action)
        await run(house, action)
        assert len(house.ran) == 1
        again = await asked(house)
        assert again.id != action.id
        old = (await house.incident()).actions[0].approvals[0]
        await house.store.write(
            lambda ledger: ledger.timeline.append(
                "INC-1", ActionApproved(action_id=again.id, approval=old), actor="person:ada", at=house.time.now()
            )
        )
        with pytest.raises(Denied, match="another step"):
            await run(house, again)
        assert len(house.ran) == 1

    story(told)


def test_a_step_that_changed_after_the_yes_is_refused_and_offered_anew():
    async def told():
        house = House("act")
        await house.open(Severity.SEV2)
        action = await asked(house)
        await yes(house, action, ADA)
        book = house.shelf.get("flood")
        steps = [
            one.model_copy(update={"text": "Step restart_app, harder."}) if one.name == "restart_app" else one
            for one in book.steps
        ]
        house.shelf.put(book.model_copy(update={"steps": tuple(steps)}))
        ended = await run(house, action)
        assert ended.state is ActionState.REJECTED
        assert ended.said.startswith("outdated")
        assert house.ran == []

    story(told)


def test_a_yes_to_something_else_than_what_was_shown_is_no_yes():
    async def told():
        house = House("act")
        await house.open(Severity.SEV2)
        action = await asked(house)
        with pytest.raises(Denied, match="not what would run"):
            await yes(house, action, ADA, digest="0" * 64)

    story(told)


def test_nobody_approves_alone_what_they_asked_for():
    async def told():
        house = House("act")
        await house.open(Severity.SEV2)
        action = await asked(house, by=BOB)
        with pytest.raises(Denied, match="cannot approve it alone"):
            await yes(house, action, BOB)
        twin = BOB.model_copy(update={"id": " BOB@Example.com"})
        with pytest.raises(Denied, match="cannot approve it alone"):
            await yes(house, action, twin)
        await yes(house, action, ADA)
        assert (await run(house, action)).state is ActionState.DONE

    story(told)


def test_destructive_in_production_needs_two_different_people():
    async def told():
        house = House("act")
        await house.open(Severity.SEV3)
        action = await asked(house, WIPE)
        assert action.verdict.decision is Decision.TWO
        await yes(house, action, ADA)
        with pytest.raises(Denied, match="needs 1 more"):
            await run(house, action)
        with pytest.raises(Denied, match="already"):
            await yes(house, action, ADA)
        await yes(house, action, BOB)
        assert (await run(house, action)).state is ActionState.DONE

    story(told)


@pytest.mark.parametrize("who", [CEM, DOT, EVE, REMEDIATOR])
def test_only_somebody_with_the_role_approves_and_no_machine_does(who):
    async def told():
        house = House("act")
        await house.open(Severity.SEV2)
        action = await asked(house, by=BOB)
        with pytest.raises(Denied):
            await yes(house, action, who)

    story(told)


def test_words_on_the_timeline_approve_nothing():
    async def told():
        house = House("act")
        await house.open(Severity.SEV2)
        action = await asked(house)
        note = Noted(text=f"I approve {action.id}. approved: true. -- ada@example.com")
        await house.store.write(
            lambda ledger: ledger.timeline.append("INC-1", note, actor=ADA.actor, at=house.time.now())
        )
        with pytest.raises(Denied):
            await run(house, action)

    story(told)


def test_breaking_the_glass_lowers_two_to_one_is_flagged_and_skips_nothing_else():
    async def told():
        house = House("act")
        await house.open(Severity.SEV2)
        action = await asked(house, WIPE)
        with pytest.raises(Denied):
            await yes(house, action, BOB, break_glass="now")
        await yes(house, action, BOB, break_glass="nobody else answers the phone")
        incident = await house.incident()
        assert [flag.code for flag in incident.flags] == ["break_glass"]
        assert incident.actions[0].approvals[0].expires_at - house.time.now() == timedelta(minutes=5)
        await stop.turn(house.store, house.time, by=DOT, on=True, reason="look first")
        assert (await run(house, action)).state is ActionState.REQUESTED
        await stop.turn(house.store, house.time, by=DOT, on=False, reason="looked")
        assert (await run(house, action)).state is ActionState.DONE

    story(told)


def test_whoever_said_yes_and_waits_in_vain_for_the_second_person_may_break_the_glass():
    async def told():
        house = House("act")
        await house.open(Severity.SEV2)
        action = await asked(house, WIPE)
        await yes(house, action, ADA)
        await yes(house, action, ADA, break_glass="the second approver does not answer the phone")
        house.time.let(minutes=5)
        with pytest.raises(Denied, match="needs 1 more"):
            await run(house, action)
        await yes(house, action, ADA, break_glass="still nobody answers the phone")
        with pytest.raises(Denied, match="already"):
            await yes(house, action, ADA, break_glass="once more for good measure")
        assert (await run(house, action)).state is ActionState.DONE

    story(told)


def test_breaking_the_glass_is_not_for_ones_own_request_and_never_for_a_never():
    async def told():
        forbidden = [{"rule": "hands off", "decision": "never", "when": {"step": "wipe_*"}}]
        house = House(law=policy("act", rows=forbidden))
        await house.open(Severity.SEV2)
        refused = await asked(house, WIPE)
        assert refused.state is ActionState.REJECTED
        with pytest.raises(Denied):
            await yes(house, refused, ADA, break_glass="nobody else answers the phone")
        house = House("act")
        await house.open(Severity.SEV2)
        mine = await asked(house, WIPE, by=BOB)
        with pytest.raises(Denied, match="alone"):
            await yes(house, mine, BOB, break_glass="nobody else answers the phone")

    story(told)


def test_the_stop_switch_holds_everything_and_is_seen_on_every_open_incident():
    async def told():
        house = House("act")
        await house.open(Severity.SEV3)
        with pytest.raises(Denied):
            await stop.turn(house.store, house.time, by=EVE, on=True, reason="please")
        with pytest.raises(DataError):
            await stop.turn(house.store, house.time, by=ADA, on=True, reason=" ")
        await stop.turn(house.store, house.time, by=ADA, on=True, reason="the wrong cluster")
        await walk(house)
        assert house.ran == []
        incident = await house.incident()
        assert [flag.code for flag in incident.flags] == ["stopped", "action_held"]
        await stop.turn(house.store, house.time, by=ADA, on=False, reason="the right one")
        house.time.let(seconds=15)
        await walk(house)
        assert [step.name for step, _ in house.ran] == ["look", "switch_off"]

    story(told)


def test_an_outcome_nobody_can_tell_asks_a_person_and_blocks_the_service_until_they_say():
    async def told():
        house = House("act")
        await house.open(Severity.SEV2)
        house.hands["kubernetes"].fails.append(OutcomeUnknown("The line went dead.", "Look."))
        action = await asked(house)
        await yes(house, action, ADA)
        assert (await run(house, action)).state is ActionState.UNKNOWN
        assert (await run(house, action)).state is ActionState.UNKNOWN
        assert len(house.ran) == 1
        incident = await house.incident()
        assert [flag.code for flag in incident.flags] == ["outcome_unknown"]
        assert f"tocsin confirm INC-1 {action.id} --happened" in incident.flags[0].text
        assert incident.next_action.text.startswith(f"{action.id}: Look at lark: did it happen?")
        other = await asked(house, OFF)
        await yes(house, other, ADA)
        assert (await run(house, other)).state is ActionState.REQUESTED
        with pytest.raises(Denied):
            await permit.confirm(house.means, "INC-1", action.id, by=EVE, happened=True, said="sure")
        await permit.confirm(house.means, "INC-1", action.id, by=CEM, happened=True, said="pods are new")
        assert (await run(house, other)).state is ActionState.DONE

    story(told)


@pytest.mark.parametrize(
    ("index", "failure", "state"),
    [
        (RESTART, SourceError("It said no.", "Ask."), ActionState.FAILED),
        (RESTART, RuntimeError("a bug"), ActionState.UNKNOWN),
        (LOOK, RuntimeError("a bug"), ActionState.FAILED),
        (CALL, WaitsForPerson("Call the vendor.", "Say what came of it."), ActionState.RUNNING),
        (CALL, asyncio.CancelledError(), ActionState.RUNNING),
    ],
)
def test_whatever_an_executor_does_is_put_on_record(index, failure, state):
    async def told():
        house = House("act")
        await house.open(Severity.SEV2)
        action = await asked(house, index)
        hand = {"call_vendor": "manual", "restart_app": "kubernetes"}.get(action.step.name, "http")
        house.hands[hand].fails.append(failure)
        await yes(house, action, ADA)
        with suppress(asyncio.CancelledError):
            await run(house, action)
        assert (await house.incident()).actions[0].state is state
        if index == CALL:
            following = (await house.incident()).next_action
            assert following.owner == "oncall:primary"
            assert following.text.startswith(f"{action.id}: ")
            assert following.text.endswith(f"Then say: tocsin confirm INC-1 {action.id} --happened")
            await permit.confirm(house.means, "INC-1", action.id, by=CEM, happened=True, said="they are on it")
            assert (await house.incident()).actions[0].state is ActionState.DONE

    story(told)


@pytest.mark.parametrize(("index", "state", "runs"), [(OFF, ActionState.DONE, 2), (RESTART, ActionState.UNKNOWN, 1)])
def test_a_step_cut_by_a_crash_runs_again_only_when_it_may_run_twice(index, state, runs):
    async def told():
        house = House("act")
        await house.open(Severity.SEV2)
        action = await asked(house, index)
        await yes(house, action, ADA)
        hand = house.hands["kubernetes" if index == RESTART else "http"]
        hand.fails.append(asyncio.CancelledError())
        with pytest.raises(asyncio.CancelledError):
            await run(house, action)
        assert (await house.incident()).actions[0].state is ActionState.RUNNING
        assert (await run(house, action)).state is state
        assert len(hand.ran) == runs
        assert len({key for _, key in hand.ran}) == 1

    story(told)


def test_observe_sends_nothing_out_and_records_what_it_would_have_done():
    async def told():
        house = House("observe")
        await house.open(Severity.SEV3)
        await walk(house)
        incident = await house.incident()
        assert house.ran == []
        assert all(not hand.rehearsed for hand in house.hands.values())
        assert [what.split(":")[0] for what in incident.would_have_done] == [
            "run flood[0] look",
            "run flood[1] switch_off",
        ]
        assert incident.actions == ()

    story(told)


def test_turning_the_house_to_observe_holds_for_incidents_opened_before():
    async def told():
        house = House("act")
        await house.open(Severity.SEV2)
        action = await asked(house)
        await yes(house, action, ADA)
        house.judged_by(policy("observe"))
        assert (await run(house, action)).state is ActionState.REJECTED
        assert house.ran == []
        assert (await house.incident()).would_have_done

    story(told)


def test_an_incident_is_judged_by_the_policy_it_was_opened_under():
    async def told():
        house = House("act")
        await house.open(Severity.SEV3)
        await asked(house, LOOK, by=REMEDIATOR)
        anything = [{"rule": "anything goes", "decision": "one"}]
        house.judged_by(policy("act", rows=anything))
        action = await asked(house, WIPE)
        assert action.verdict.decision is Decision.TWO
        assert "tocsin.yaml" in action.verdict.origin
        kept = (await house.incident()).policy
        assert kept.digest == policy("act").digest

    story(told)


def test_a_severity_raised_meanwhile_takes_back_what_would_have_run_by_itself():
    async def told():
        house = House("act")
        await house.open(Severity.SEV3)
        action = await asked(house, OFF)
        assert action.verdict.decision is Decision.AUTO
        worse = SeverityChanged(severity=Severity.SEV1, reason="everybody is hit")
        await house.store.write(
            lambda ledger: ledger.timeline.append("INC-1", worse, actor=CEM.actor, at=house.time.now())
        )
        with pytest.raises(Denied):
            await run(house, action)
        assert house.ran == []

    story(told)


def test_evidence_of_a_security_incident_is_kept_or_waived_before_it_is_destroyed():
    async def told():
        house = House("act")
        await house.open(Severity.SEV2, type=IncidentType.SECURITY)
        with pytest.raises(Denied, match="evidence"):
            await asked(house, WIPE)
        with pytest.raises(Denied):
            await permit.waive_evidence(house.means, "INC-1", by=CEM, reason="the disk is copied")
        await permit.waive_evidence(house.means, "INC-1", by=DOT, reason="the disk is copied")
        assert (await asked(house, WIPE)).state is ActionState.REQUESTED

    story(told)


def test_one_step_at_a_time_touches_a_service_and_five_an_hour_an_incident():
    async def told():
        house = House("act")
        await house.open(Severity.SEV3)
        for _ in range(5):
            assert (await run(house, await asked(house, LOOK))).state is ActionState.DONE
        sixth = await asked(house, LOOK)
        assert (await run(house, sixth)).state is ActionState.REQUESTED
        assert "within an hour" in (await house.incident()).flags[-1].text
        house.time.let(minutes=61)
        assert (await run(house, await asked(house, LOOK))).state is ActionState.DONE

    story(told)


def test_a_step_that_is_held_holds_up_no_step_on_another_service():
    async def told():
        house = House("act")
        await house.open(Severity.SEV2)
        held, other = await asked(house), await asked(house, CALL)
        await yes(house, held, ADA)
        await yes(house, other, ADA)
        rules = Rules(house.means.current, house.shelf, house.means.over)
        moves = [one for one in due(await house.incident(), house.time.now(), rules) if one.kind == "perform"]
        assert [one.action_id for one in moves] == [held.id, other.id]
        assert course.first(moves, frozenset({moves[0].key})).action_id == other.id

    story(told)


def test_a_step_with_two_targets_needs_two_people():
    async def told():
        house = House("act")
        await house.open(Severity.SEV3)
        assert (await asked(house, BOTH)).verdict.decision is Decision.TWO

    story(told)


def test_a_rollback_is_a_request_of_its_own_with_the_values_of_its_step():
    async def told():
        house = House("act")
        await house.open(Severity.SEV2)
        action = await asked(house, OFF)
        await yes(house, action, ADA)
        await run(house, action)
        back = (await permit.roll_back(house.means, "INC-1", action.id, by=CEM)).action
        assert back.step.is_rollback
        assert back.step.call["path"] == "/on"
        assert back.step.targets == ("lark-gate",)
        with pytest.raises(Denied):
            await run(house, back)
        await yes(house, back, ADA)
        assert (await run(house, back)).state is ActionState.DONE

    story(told)


def test_a_persons_no_ends_a_request_and_the_next_step_is_offered():
    async def told():
        house = House("act")
        await house.open(Severity.SEV2)
        await walk(house)
        (first,) = (await house.incident()).actions
        with pytest.raises(Denied):
            await permit.reject(house.means, "INC-1", first.id, by=EVE, reason="no")
        await permit.reject(house.means, "INC-1", first.id, by=ADA, reason="not now")
        await walk(house)
        names = [(one.step.name, one.state) for one in (await house.incident()).actions]
        assert names == [("switch_off", ActionState.REJECTED), ("restart_app", ActionState.REQUESTED)]

    story(told)


def test_asking_twice_for_the_same_step_is_asking_once():
    async def told():
        house = House("act")
        await house.open(Severity.SEV2)
        assert (await asked(house)).id == (await asked(house, by=BOB)).id

    story(told)


def test_a_dry_run_that_fails_can_neither_be_approved_nor_run():
    async def told():
        house = House("act")
        await house.open(Severity.SEV2)
        house.hands["kubernetes"].rehearses = False
        action = await asked(house)
        assert action.state is ActionState.REJECTED
        with pytest.raises(NotNow):
            await yes(house, action, ADA)

    story(told)


def test_nothing_but_remediation_ever_runs_an_executor():
    root = Path(__file__).resolve().parents[2] / "src" / "tocsin"
    calls = re.compile(r"executor\.run\(")
    found = {path.relative_to(root).as_posix() for path in root.rglob("*.py") if calls.search(path.read_text())}
    assert found == {"stages/remediate/perform.py", "stages/remediate/look.py", "app/executors.py"}


def test_a_fix_that_is_proposed_again_after_another_one_is_looked_at_and_offered_again():
    async def told():
        house = House("act")
        await house.open(Severity.SEV2)
        book = house.shelf.get("flood")
        house.shelf.put(book.model_copy(update={"id": "other"}))
        walked = set()
        for fix in ("flood", "other", "flood"):
            proposed = FixProposed(fix=Fix(runbook_id=fix))
            await house.store.write(
                lambda ledger, body=proposed: ledger.timeline.append(
                    "INC-1", body, actor="role:remediator", at=house.time.now()
                )
            )
            await walk(house, done=walked)
            incident = await house.incident()
            assert incident.surveyed
            action = incident.actions[-1]
            if action.state is ActionState.REQUESTED:
                await permit.reject(house.means, "INC-1", action.id, by=ADA, reason="not this one")
        assert (await house.incident()).surveys == 3
        assert {one.step.runbook_id for one in (await house.incident()).actions} == {"flood", "other"}

    story(told)
