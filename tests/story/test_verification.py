"""Verification, told as it happens: what is passed, what is taken back, who is asked, and when it is over."""

import asyncio
import re
from datetime import timedelta

import pytest
from benchmarks.acting import PEOPLE, START, House, runbook

from tocsin.connectors.memory import MemoryWindows
from tocsin.errors import Denied, NotNow
from tocsin.guard.redact import redact
from tocsin.library.runbook import Runbook
from tocsin.model.action import Fix
from tocsin.model.acts import ActionVerified, Mitigated, NextActionSet, Reopened, Resolved, UserReported
from tocsin.model.diagnosis import Diagnosis, Hypothesis
from tocsin.model.event import AlertRepeated, AlertResolved, Diagnosed, FindingsReported, FixProposed
from tocsin.model.evidence import Finding, FindingKind, Quote
from tocsin.model.ground import Severity
from tocsin.model.move import Rethink, Tell, Wait
from tocsin.model.signals import Series
from tocsin.model.standing import ActionState, weights
from tocsin.model.state import State
from tocsin.stages import course, remediate, verify
from tocsin.stages.communicate.course import hypothesis
from tocsin.stages.people import PeopleRules
from tocsin.stages.remediate import permit
from tocsin.stages.remediate.perform import perform
from tocsin.stages.remediate.probe import ask_probe
from tocsin.stages.verify.look import READY, RELAPSED, UNSEEN
from tocsin.web.document import document as live_document
from tocsin.web.document_markdown import document_markdown

ADA, CEM, EVE = (PEOPLE[name] for name in ("ada", "cem", "eve"))
NORMAL, WORST = 0.2, 5.0
SETTINGS = verify.VerifySettings()


class Ward(House):
    """The small house with verification, and one metric that does as the test says."""

    def __init__(self, mode="act"):
        super().__init__(mode)
        self.level = lambda _: WORST  # by epoch seconds
        self.windows = MemoryWindows()
        self.rules = verify.Rules(SETTINGS, self.shelf)
        self.looking = verify.Means(
            store=self.store,
            clock=self.time,
            names=self.means.names,
            rules=self.rules,
            gauges=verify.Gauges(
                lambda text: redact(text, b"a key for these tests"),
                (self.windows,),
                None,
                lambda incident, action: ask_probe(self.means, incident, action),
            ),
            post_mortem_at=PeopleRules().post_mortem_at,
        )
        self.done = set()
        self.rethought = []

    async def say(self, *bodies, actor="system"):
        def work(ledger):
            for body in bodies:
                ledger.timeline.append("INC-1", body, actor=actor, at=self.time.now())

        await self.store.write(work)

    async def sick(self, severity=Severity.SEV3):
        """An incident whose latency was found to be anomalous."""
        await self.open(severity)
        times = [START.timestamp() - 1800 + 60 * place for place in range(31)]
        finding = Finding(
            id="metric-1",
            role="metric-analyst",
            kind=FindingKind.METRIC_ANOMALY,
            text="latency rose",
            service="lark",
            confidence=0.9,
            quotes=(Quote(evidence_id="EV-1", text="x"),),
            onset=START - timedelta(minutes=5),
            data={
                "metric": "latency_seconds",
                "labels": {},
                "signal": "latency",
                "bad": True,
                "before": NORMAL,
                "after": WORST,
                "counter": False,
                "times": times,
                "values": [NORMAL if at < START.timestamp() - 300 else WORST for at in times],
            },
        )
        await self.say(FindingsReported(role="metric-analyst", findings=(finding,)))

    def _sample(self):
        now = self.time.now().timestamp()
        times = [now - 15 * place for place in range(80, -1, -1)]
        kept = [(at, self.level(at)) for at in times if self.level(at) is not None]
        series = Series(
            "lark", "latency_seconds", tuple(at for at, _ in kept), tuple(value for _, value in kept), ("",) * len(kept)
        )
        self.windows.series = (series,)

    async def pass_time(self, minutes):
        """The loop in small, for so many minutes."""
        end = self.time.now() + timedelta(minutes=minutes)
        rules = remediate.Rules(self.means.current, self.shelf, self.means.over)
        for _ in range(2000):
            incident, now = await self.incident(), self.time.now()
            if not incident.is_open:
                return
            moves = (
                *verify.due(incident, now, self.rules),
                course.disproved(incident),
                *remediate.due(incident, now, rules),
            )
            move = course.first(moves, frozenset(self.done))
            if isinstance(move, Wait):
                until = min(move.until or end, end)
                if until >= end:
                    self.time.let(seconds=max(0.0, (end - now).total_seconds()))
                    return
                self.time.let(seconds=max(1.0, (until - now).total_seconds()))
                continue
            await self._carry_out(move, incident)
        raise AssertionError("the loop never came to rest")

    async def _carry_out(self, move, incident):
        self._sample()

        async def record(key, *happened):
            def work(ledger):
                if ledger.steps.tick("INC-1", key):
                    for one in happened:
                        ledger.timeline.append("INC-1", one.body, actor=one.actor, at=self.time.now())
                return ledger.incidents.get("INC-1")

            return await self.store.write(work)

        hands = {**remediate.hands(self.means), **verify.hands(self.looking)}
        match move:
            case Tell():
                await record(move.key, *move.events)
            case Rethink():
                self.rethought.append(move.key)
            case _:
                await hands[move.kind](move, incident, record)
        await record(move.key)
        self.done.add(move.key)

    async def bodies(self, kind):
        events = await self.store.read(lambda ledger: ledger.timeline.events("INC-1"))
        return [one.body for one in events if isinstance(one.body, kind)]

    async def flags(self):
        return [flag.code for flag in (await self.incident()).flags]


def story(told):
    return asyncio.run(told())


def states(incident):
    return [one.state for one in incident.actions if one.step.risk != "read"]


def test_a_sev3_is_fixed_verified_and_resolved_by_itself_with_all_that_confirms_it():
    async def told():
        ward = Ward()
        await ward.sick()
        ward.level = lambda at: NORMAL if at > START.timestamp() + 30 else WORST
        await ward.pass_time(40)
        incident = await ward.incident()
        assert incident.state is State.RESOLVED
        assert states(incident) == [ActionState.VERIFIED]
        (resolved,) = await ward.bodies(Resolved)
        assert [one.split(":")[0] for one in resolved.confirmed_by] == ["Metrics", "Alerts", "Users"]
        assert re.fullmatch(r"\d+ minutes", resolved.lasted)
        assert resolved.fix == "Step switch_off."
        assert incident.resolved_at - incident.actions[-1].verified_at >= SETTINGS.calm
        assert resolved.post_mortem_at - incident.resolved_at == timedelta(days=7)
        evidence = await ward.store.read(lambda ledger: ledger.evidence.of("INC-1"))
        assert {one.id for one in evidence} <= set(incident.evidence_ids)
        assert all("latency_seconds" in one.content for one in evidence) and len(evidence) == 2

    story(told)


@pytest.mark.parametrize("severity", [Severity.SEV1, Severity.SEV2])
def test_a_sev1_or_sev2_is_never_ended_by_itself_and_its_commander_is_asked_once(severity):
    async def told():
        ward = Ward()
        await ward.sick(severity)
        ward.level = lambda at: NORMAL if at > START.timestamp() else WORST
        await ward.say(Mitigated(text="traffic went elsewhere"), actor="person:cem@example.com")
        await ward.pass_time(120)
        assert (await ward.incident()).is_open
        assert (await ward.flags()).count(READY) == 1
        assert (await ward.bodies(Resolved)) == []
        (ask,) = await ward.bodies(NextActionSet)
        assert "all-clear" in ask.text

    story(told)


def test_a_step_that_does_not_help_is_disproved_taken_back_with_its_own_permission_and_the_diagnosis_opens_again():
    async def told():
        ward = Ward()
        await ward.sick(Severity.SEV2)
        await ward.pass_time(0.1)
        action = (await ward.incident()).actions[-1]
        assert action.step.name == "switch_off"
        await permit.approve(ward.means, "INC-1", action.id, by=ADA)
        await ward.pass_time(8)
        incident = await ward.incident()
        disproved = next(one for one in incident.actions if one.id == action.id)
        assert disproved.state is ActionState.DISPROVED
        assert ward.rethought == [f"rethink:{action.id}"]
        rollback = next(one for one in incident.actions if one.step.is_rollback)
        assert rollback.state in (ActionState.REQUESTED, ActionState.REJECTED)
        assert [step.is_rollback for step, _ in ward.ran if step.risk != "read"] == [False]
        waiting = next(one for one in reversed(incident.actions) if one.step.is_rollback)
        await permit.approve(ward.means, "INC-1", waiting.id, by=ADA)
        await ward.pass_time(1)
        incident = await ward.incident()
        assert next(one for one in incident.actions if one.id == waiting.id).state is ActionState.VERIFIED
        assert incident.state is not State.MONITORING
        assert [step.is_rollback for step, _ in ward.ran if step.risk != "read"] == [False, True]

    story(told)


async def ran(ward, index, helped):
    """A step that somebody asked for, that ran, and what a person then says of it."""
    asked = await permit.request(ward.means, "INC-1", "flood", index, by=CEM)
    await permit.approve(ward.means, "INC-1", asked.action.id, by=ADA)
    await perform(ward.means, "INC-1", asked.action.id)
    await ward.say(ActionVerified(action_id=asked.action.id, passed=helped, said="a person says so"), actor=CEM.actor)
    return asked.action.id


def test_of_two_steps_that_did_not_help_the_older_one_is_taken_back_too():
    async def told():
        ward = Ward()
        await ward.sick(Severity.SEV2)
        off = await ran(ward, 1, helped=False)
        await ran(ward, 2, helped=False)
        moves = list(verify.due(await ward.incident(), ward.time.now(), ward.rules))
        assert [one.action_id for one in moves if one.kind == "roll_back"] == [off]

    story(told)


def test_what_a_step_was_proposed_for_is_in_doubt_once_it_did_not_help_until_a_person_overrules_that():
    async def told():
        ward = Ward()
        await ward.sick(Severity.SEV2)
        flooded = Hypothesis(cause="flood", text="lark is flooded.", confidence=0.75)
        leaking = Hypothesis(cause="leak", text="lark leaks.", confidence=0.15)
        diagnosis = Diagnosis(
            specialist="network-specialist", root_cause=flooded.text, confidence=0.75, hypotheses=(flooded, leaking)
        )
        await ward.say(Diagnosed(diagnosis=diagnosis), FixProposed(fix=Fix(runbook_id="flood", title="Flood", why="x")))
        action = await ran(ward, 1, helped=False)
        incident = await ward.incident()
        assert [(one.hypothesis, one.action_id) for one in incident.doubts] == [("flood", action)]
        assert "flood is in doubt" in course.disproved(incident).reason
        assert hypothesis(incident)[0].endswith("a step for it did not help")
        assert [one.confidence for one in incident.diagnosis.hypotheses] == [
            0.5,
            0.3,
        ]  # by Bayes' rule, at odds of 3 to 1
        events = await ward.store.read(lambda ledger: ledger.timeline.events("INC-1"))
        document = live_document(incident, events)
        assert document.hypotheses[0].doubt == "Step switch_off did not help: a person says so"
        assert (document.theory.confidence, document.hypotheses[0].confidence) == (0.5, 0.5)
        assert re.search(r"lark is flooded. .50%.*; IN DOUBT", document_markdown(document).replace("\\", ""))
        await ward.say(ActionVerified(action_id=action, passed=True, said="it did, after all"), actor=CEM.actor)
        convinced = await ward.incident()
        assert convinced.doubts == ()
        assert convinced.diagnosis == diagnosis

    story(told)


def test_several_steps_of_one_runbook_that_did_not_help_are_one_doubt_and_the_next_diagnosis_starts_from_it():
    async def told():
        ward = Ward()
        await ward.sick(Severity.SEV2)
        flooded = Hypothesis(cause="flood", text="lark is flooded.", confidence=0.75)
        diagnosis = Diagnosis(
            specialist="network-specialist",
            root_cause=flooded.text,
            confidence=0.75,
            hypotheses=(flooded,),
            by_release=0.9,
        )
        await ward.say(Diagnosed(diagnosis=diagnosis), FixProposed(fix=Fix(runbook_id="flood", title="Flood", why="x")))
        for step in (1, 2):
            await ran(ward, step, helped=False)
        incident = await ward.incident()
        assert len(incident.doubts) == 2
        assert (incident.diagnosis.confidence, incident.diagnosis.by_release) == (0.5, 0.75)
        assert weights(incident.doubts) == {"flood": 1 / 3}

    story(told)


def test_a_rollback_that_cannot_be_had_holds_up_neither_the_next_look_nor_the_all_clear():
    async def told():
        ward = Ward()
        await ward.sick(Severity.SEV2)
        off = await ran(ward, 1, helped=False)
        await ward.say(Mitigated(text="it stopped by itself"), actor=CEM.actor)
        ward.time.let(minutes=11)
        moves = verify.due(await ward.incident(), ward.time.now(), ward.rules)
        assert course.first(moves, frozenset({f"rollback:{off}:0"})).kind == "confirm"

    story(told)


def test_without_data_nothing_is_passed_nothing_is_taken_back_and_a_person_is_asked():
    async def told():
        ward = Ward()
        await ward.sick()
        ward.level = lambda _: None
        await ward.pass_time(60)
        incident = await ward.incident()
        assert states(incident) == [ActionState.DONE]
        action = incident.actions[-1]
        assert (await ward.flags()).count(f"verify_by_person:{action.id}") == 1
        assert await ward.bodies(ActionVerified) == []

        def word(ledger, by=CEM, helped=True):
            return verify.say_whether_it_helped(
                ledger, "INC-1", action.id, by=by, helped=helped, said="I see it", now=ward.time.now()
            )

        with pytest.raises(Denied):
            await ward.store.write(lambda ledger: word(ledger, EVE))
        with pytest.raises(Denied):
            await ward.store.write(lambda ledger: word(ledger, permit.REMEDIATOR))
        await ward.store.write(word)
        assert states(await ward.incident()) == [ActionState.VERIFIED]
        await ward.pass_time(60)
        assert (await ward.incident()).is_open
        assert (await ward.flags()).count(UNSEEN) == 1

    story(told)


def test_a_source_that_is_down_is_missing_data_and_no_crash():
    async def told():
        ward = Ward()
        await ward.sick()
        ward.windows.down = True
        await ward.pass_time(40)
        assert states(await ward.incident()) == [ActionState.DONE]

    story(told)


@pytest.mark.parametrize(
    "news",
    [UserReported(text="still broken", origin="form"), AlertRepeated(alert_id="ALR-INC-1", count=2, reason="again")],
)
def test_a_users_report_or_a_new_alert_puts_the_all_clear_off(news):
    async def told():
        ward = Ward()
        await ward.sick()
        ward.level = lambda at: NORMAL if at > START.timestamp() else WORST
        await ward.say(Mitigated(text="gone"), actor="person:cem@example.com")
        await ward.pass_time(8)
        await ward.say(news, actor="source:test")
        at = ward.time.now()
        await ward.pass_time(9)
        assert (await ward.incident()).is_open
        await ward.pass_time(5)
        incident = await ward.incident()
        assert incident.state is State.RESOLVED and incident.resolved_at >= at + SETTINGS.calm

    story(told)


def test_a_relapse_after_mitigation_is_flagged_and_is_no_all_clear():
    async def told():
        ward = Ward()
        await ward.sick(Severity.SEV2)
        ward.level = lambda at: NORMAL if at > START.timestamp() else WORST
        await ward.say(Mitigated(text="gone"), actor="person:cem@example.com")
        await ward.pass_time(12)
        assert await ward.flags() == [READY]
        begun = ward.time.now().timestamp()
        ward.level = lambda at: WORST if at > begun else NORMAL
        await ward.pass_time(20)
        assert await ward.flags() == [READY, RELAPSED]
        ward.level = lambda _: NORMAL
        await ward.pass_time(15)
        assert await ward.flags() == [READY, RELAPSED, READY]

    story(told)


def test_what_ended_by_itself_is_resolved_unless_a_person_re_opened_it():
    async def told():
        ward = Ward("propose")
        await ward.sick()
        ward.level = lambda _: NORMAL
        await ward.say(AlertResolved(alert_id="ALR-INC-1", title="over", open_alerts=0), actor="source:test")
        await ward.pass_time(12)
        assert (await ward.incident()).is_open  # a request still waits for a person
        await ward.pass_time(10)  # and has expired
        assert (await ward.incident()).state is State.RESOLVED
        await ward.say(Reopened(reason="it is not over"), actor="person:cem@example.com")
        await ward.pass_time(60)
        assert (await ward.incident()).is_open

    story(told)


def _probed(expect="< 1"):
    data = runbook().model_dump(mode="json", by_alias=True)
    look = {"executor": "http", "target": "{gate}", "method": "GET", "path": "/errors"}
    data["steps"][1]["verify"] = {"text": "Errors are gone.", "run": look, "expect": expect, "within": "5m"}
    return Runbook.model_validate(data)


@pytest.mark.parametrize(
    ("answer", "state"), [("0.2", ActionState.VERIFIED), ("7", ActionState.DISPROVED), ("?", ActionState.DONE)]
)
def test_a_probe_that_runs_something_reads_only_and_must_say_the_same_twice(answer, state):
    async def told():
        ward = Ward()
        ward.shelf.put(_probed())
        await ward.open(Severity.SEV3)
        ward.hands["http"].output = answer
        await ward.pass_time(9)
        assert states(await ward.incident())[0] is state
        looks = [(step, key) for step, key in ward.hands["http"].ran if step.call["path"] == "/errors"]
        assert len(looks) >= 2
        assert all(step.risk == "read" and key == "" for step, key in looks)

    story(told)


def test_the_probe_of_another_version_of_the_runbook_is_not_believed():
    async def told():
        ward = Ward()
        ward.shelf.put(_probed())
        await ward.open(Severity.SEV3)
        ward.hands["http"].output = "0.2"
        await ward.pass_time(0.5)
        ward.shelf.put(_probed("< 1000"))
        await ward.pass_time(20)
        assert states(await ward.incident()) == [ActionState.DONE]
        assert [step for step, _ in ward.hands["http"].ran if step.call["path"] == "/errors"] == []

    story(told)


def test_a_persons_word_before_the_step_has_run_is_refused():
    async def told():
        ward = Ward("propose")
        await ward.sick()
        await ward.pass_time(0.1)
        action = (await ward.incident()).actions[-1]
        with pytest.raises(NotNow):
            await ward.store.write(
                lambda ledger: verify.say_whether_it_helped(
                    ledger, "INC-1", action.id, by=CEM, helped=True, said="yes", now=ward.time.now()
                )
            )

    story(told)
