"""People on a post-mortem: their words stand, somebody stands behind them, items are tracked, the diagnosis is judged."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from pydantic import ValidationError
from tests.unit.cases import START
from tests.unit.timelines import ADA, BOB, RULES, minutes, outage, told

from tocsin.errors import DataError, Denied, NotFound, NotNow, SourceError
from tocsin.guard.attempt import Attempt
from tocsin.model.action import Fix
from tocsin.model.identity import SERVICE, Principal, Role
from tocsin.model.press import Press, Pressed, read_press
from tocsin.model.review import ActionItemExported
from tocsin.model.state import State
from tocsin.ports import Receipt, judgement_buttons
from tocsin.stages import review
from tocsin.stages.deliver import deliver, item_courier
from tocsin.stages.review import asks
from tocsin.stages.review.table import ACTS, act_under, meant
from tocsin.store.memory import MemoryStore

COMMANDER = Principal(id=ADA, roles=frozenset({Role.COMMANDER}))
RESPONDER = Principal(id=BOB, roles=frozenset({Role.RESPONDER}))
VIEWER = Principal(id="eve@example.com", roles=frozenset({Role.VIEWER}))
TRACKING = replace(
    RULES,
    settings=review.ReviewSettings(tracker="github"),
    trackers=("github",),
    link=lambda name: f"https://tocsin.example.com/incidents/{name}",
)
NOW = START + minutes(60)


class Names:
    def __init__(self):
        self._next = count(1)

    def new(self, prefix):
        return f"{prefix}-{next(self._next)}"


class Desk:
    """One resolved incident on a store in memory."""

    def __init__(self, bodies=None, rules=TRACKING):
        self.store, self.rules, self.now, self.names = MemoryStore(), rules, NOW, Names()

        def put(ledger):
            for event in told(bodies or outage())[1]:
                ledger.timeline.append("INC-1", event.body, actor=event.actor, at=event.at)

        asyncio.run(self.store.write(put))

    def does(self, name, which="", by=COMMANDER, ask=None, **fields):
        kind = ACTS[name].ask
        given = ask if ask is not None else (kind.model_validate(fields) if kind else None)

        def work(ledger):
            attempt = Attempt(ledger, by, self.now, self.names, clean=lambda text: text.replace("hunter2", "***"))
            return act_under(self.rules, name).on(attempt, "INC-1", which, given)

        return asyncio.run(self.store.write(work))

    @property
    def letters(self):
        return asyncio.run(self.store.read(lambda ledger: ledger.outbox.of("INC-1")))

    @property
    def events(self):
        return asyncio.run(self.store.read(lambda ledger: ledger.timeline.events("INC-1")))


def generated():
    desk = Desk()
    desk.does("regenerate-post-mortem", by=RESPONDER)
    return desk


def test_a_persons_words_stand_and_what_is_generated_later_is_only_an_offer():
    desk = generated()
    edited = desk.does("edit-post-mortem", text="# Post-mortem: ours\n\n## Summary\n\nIt broke.", base=1)
    assert (edited.review.version, edited.review.generated) == (2, False)
    again = desk.does("regenerate-post-mortem")
    assert again.review.text == edited.review.text
    assert (again.review.version, again.review.offered_version, again.review.newest_version) == (2, 3, 3)
    taken = desk.does("approve-post-mortem", version=3)
    assert taken.review.version == 4
    assert taken.review.text.startswith("# Post-mortem: ledger-api")
    assert taken.review.offered_version == 0


def test_two_people_who_edit_at_once_do_not_overwrite_each_other():
    desk = generated()
    desk.does("edit-post-mortem", text="one", base=1)
    with pytest.raises(NotNow, match="version 2 is newer than version 1") as refused:
        desk.does("edit-post-mortem", text="two", base=1)
    assert refused.value.code == "TCS-REVIEW-STALE"


def test_a_secret_in_an_edit_never_reaches_the_record():
    desk = generated()
    assert "hunter2" not in desk.does("edit-post-mortem", text="the password was hunter2", base=1).review.text


def test_approval_ends_the_review_and_is_remembered_with_what_helped():
    desk = generated()
    desk.does("judge-runbook", "db_kill_connections", helped=True)
    incident = desk.does("approve-post-mortem")
    assert incident.state is State.REVIEWED
    lesson = incident.review.lesson
    assert lesson.title == "ledger-api error rate is high"
    assert lesson.root_cause.startswith("Connection pool of ledger-db is exhausted")
    assert "[#" not in lesson.root_cause + lesson.summary
    assert lesson.helped == ("db_kill_connections",)


def test_only_approved_words_are_remembered():
    desk = generated()
    desk.does("edit-post-mortem", text="# Post-mortem: ours\n\n## Root cause\n\n- The pool. [#2]\n", base=1)
    lesson = desk.does("approve-post-mortem").review.lesson
    assert (lesson.title, lesson.root_cause, lesson.impact) == ("ours", "The pool.", "")


def test_a_text_that_blames_somebody_is_not_approved_without_a_reason():
    desk = generated()
    edited = desk.does("edit-post-mortem", text="Human error: Bob forgot to raise the limit, it is his fault.", base=1)
    assert edited.review.blame
    with pytest.raises(NotNow, match="holds somebody responsible") as refused:
        desk.does("approve-post-mortem")
    assert refused.value.code == "TCS-REVIEW-BLAME"
    assert desk.does("approve-post-mortem", reason="a quotation from the vendor").state is State.REVIEWED


def test_approving_the_same_version_twice_or_one_that_is_not_there_says_so():
    desk = generated()
    with pytest.raises(NotFound, match="no version 7"):
        desk.does("approve-post-mortem", version=7)
    desk.does("approve-post-mortem")
    with pytest.raises(NotNow, match="approved already"):
        desk.does("approve-post-mortem")


def test_who_may_do_what():
    desk = generated()
    for name, fields in (("approve-post-mortem", {}), ("schedule-post-mortem", {"at": NOW + minutes(90)})):
        with pytest.raises(Denied):
            desk.does(name, by=RESPONDER, **fields)
    for name in ("regenerate-post-mortem", "open-item", "judge-cause"):
        with pytest.raises(Denied):
            desk.does(
                name,
                by=VIEWER,
                **({"text": "x"} if name == "open-item" else {"verdict": "right"} if "judge" in name else {}),
            )
    with pytest.raises(Denied):
        desk.does("approve-post-mortem", by=SERVICE)


def test_an_open_incident_has_nothing_to_look_back_on():
    desk = Desk(outage()[:-1])
    with pytest.raises(NotNow, match="nothing to look back on"):
        desk.does("regenerate-post-mortem")


def test_the_post_mortem_can_be_moved_and_its_task_moves_with_it():
    desk = generated()
    later = NOW + timedelta(days=1)
    incident = desk.does("schedule-post-mortem", at=later, owner="payments-team")
    task = incident.review.item("PM")
    assert (incident.review.scheduled_at, task.due_at, task.owner) == (later, later, "payments-team")
    with pytest.raises(DataError, match="in the past"):
        desk.does("schedule-post-mortem", at=NOW - minutes(1))
    assert desk.does("approve-post-mortem").review.item("PM").done_at == NOW


# Items ---------------------------------------------------------------------------------------------------------------


def test_items_are_opened_changed_done_and_dropped_and_a_date_that_passes_is_seen():
    desk = generated()
    opened = desk.does("open-item", text="Test the failover each month", due_at=NOW + minutes(10))
    item = opened.review.items[-1]
    assert (item.id, item.owner, item.origin) == ("AI3", "oncall:primary", "")
    assert not item.is_overdue(NOW)
    assert item.is_overdue(NOW + minutes(11))
    changed = desk.does("change-item", "AI3", owner="bob@example.com").review.item("AI3")
    assert (changed.owner, changed.due_at) == (BOB, NOW + minutes(10))
    done = desk.does("finish-item", "AI3", by=RESPONDER).review.item("AI3")
    assert done.done_at == NOW
    assert not done.is_overdue(NOW + minutes(11))
    dropped = desk.does("drop-item", "AI1", reason="the service is retired").review.item("AI1")
    assert dropped.dropped == "the service is retired"
    with pytest.raises(NotNow, match="dropped already"):
        desk.does("finish-item", "AI1")
    with pytest.raises(NotFound, match="There are: AI1, AI2, AI3"):
        desk.does("finish-item", "AI9")


def test_an_item_goes_to_the_tracker_once_with_its_owner_date_and_link():
    desk = generated()
    desk.does("export-item", "AI1", tracker="github")
    desk.does("export-item", "AI1", tracker="github")
    (letter,) = desk.letters
    assert (letter.kind, letter.payload["tracker"], letter.payload["key"]) == ("work_item", "github", "INC-1:AI1")
    assert letter.payload["owner"] == "oncall:primary"
    assert letter.payload["due"] == "2026-03-11"
    assert letter.payload["link"] == "https://tocsin.example.com/incidents/INC-1"
    with pytest.raises(NotFound, match="There are: github"):
        desk.does("export-item", "AI2", tracker="jira")


def test_approval_sends_the_open_items_to_the_configured_tracker_and_never_the_meeting():
    desk = generated()
    desk.does("schedule-post-mortem", at=NOW + timedelta(days=1))
    desk.does("drop-item", "AI1", reason="not worth it")
    desk.does("approve-post-mortem")
    assert [one.payload["key"] for one in desk.letters] == ["INC-1:AI2"]


class Board:
    """A tracker in which these refs are closed; `silent` does not answer."""

    name = "github"

    def __init__(self, *closed, silent=False):
        self.closed, self.silent = closed, silent

    async def open(self, item):
        self.opened = item
        return Receipt(ref="#7", link="https://g/7")

    async def is_done(self, ref):
        if self.silent:
            raise SourceError("GitHub does not answer.", "Try again.")
        return ref in self.closed


def test_the_courier_brings_an_item_to_the_tracker_and_where_it_is_goes_on_the_timeline():
    desk, board = generated(), Board()
    desk.does("export-item", "AI1", tracker="github")
    asyncio.run(deliver(desk.store, {"work_item": item_courier({"github": board})}, NOW))
    assert (board.opened.key, board.opened.owner, board.opened.due) == ("INC-1:AI1", "oncall:primary", "2026-03-11")
    assert desk.events[-1].body == ActionItemExported(item_id="AI1", system="github", ref="#7", link="https://g/7")
    with pytest.raises(NotNow, match="is in github already"):
        desk.does("export-item", "AI1", tracker="github")


def test_what_was_closed_in_the_tracker_is_done_here_once_and_a_silent_tracker_changes_nothing():
    desk = generated()
    exported = [
        ActionItemExported(item_id=f"AI{n}", system="github", ref=f"#{n}", link=f"https://g/{n}") for n in (1, 2)
    ]

    def put(ledger):
        for one in exported:
            ledger.timeline.append("INC-1", one, actor="system", at=NOW)

    asyncio.run(desk.store.write(put))
    assert asyncio.run(review.follow(desk.store, {"github": Board(silent=True)}, NOW)) == 0
    assert asyncio.run(review.follow(desk.store, {"github": Board("#2")}, NOW)) == 1
    assert asyncio.run(review.follow(desk.store, {"github": Board("#2")}, NOW)) == 0
    items = asyncio.run(desk.store.read(lambda ledger: ledger.incidents.get("INC-1"))).review.items
    assert [one.done_at for one in items] == [None, NOW]
    assert items[0].exported == {"github": "https://g/1"}
    assert desk.events[-1].actor == "source:github"


# Judgements ----------------------------------------------------------------------------------------------------------


def test_a_verdict_keeps_the_confidence_the_specialist_and_the_analysts_that_it_is_about():
    desk = generated()
    cause = desk.does("judge-cause", by=RESPONDER, verdict="right", said="yes").review.cause
    assert (cause.verdict, cause.specialist, cause.confidence) == ("right", "database-specialist", 0.7)
    assert cause.cause == "connection_pool_exhaustion"
    assert cause.analysts == ("log-analyst", "change-analyst")
    assert desk.does("judge-cause", verdict="wrong").review.cause.verdict == "wrong"


def test_a_diagnosis_that_named_no_cause_is_not_judged_and_neither_is_a_strange_runbook():
    bodies = [one for one in outage() if one[2].kind != "diagnosed"]
    with pytest.raises(NotNow, match="named no cause"):
        Desk(bodies).does("judge-cause", verdict="right")
    with pytest.raises(NotFound, match="db_kill_connections"):
        generated().does("judge-runbook", "something_else", helped=True)
    with pytest.raises(ValidationError):
        asks.JudgeCause.model_validate({"verdict": "perhaps"})


def test_one_click_judges_and_a_button_that_is_none_of_ours_judges_nothing():
    incident, _ = told(outage())
    buttons = judgement_buttons(incident)
    assert [one.label for one in buttons] == ["Cause right", "Partly", "Wrong", "Runbook helped", "It did not"]
    assert len({one.action for one in buttons}) == len(buttons)  # Slack takes each once
    acts = [meant(read_press(one.action, one.value)) for one in buttons]
    assert [one.act for one in acts] == ["judge-cause"] * 3 + ["judge-runbook"] * 2
    assert [one.ask.verdict for one in acts[:3]] == ["right", "partly", "wrong"]
    assert acts[3].which == "db_kill_connections"
    assert (acts[3].ask.helped, acts[4].ask.helped) == (True, False)
    for press in (Press.RUNBOOK_HELPED, Press.ACKNOWLEDGE):
        with pytest.raises(DataError):
            meant(Pressed(press=press, incident_id="INC-1"))
    assert judgement_buttons(incident.model_copy(update={"diagnosis": None, "fix": Fix()})) == ()


def test_a_verdict_on_a_diagnosis_that_has_changed_since_counts_for_nothing():
    desk = generated()
    with pytest.raises(NotNow, match="another one by now"):
        desk.does("judge-cause", verdict="right", digest="0" * 64)
