"""In whatever order people and the loop act: customers hear only what a person approved word for word, and all hear the same."""

import re
from contextlib import suppress
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.desk_bench import ADA, ANN, BOB, EVE, INCIDENT, Bench
from tests.unit.cases import ALERT, diagnosis, fix

from tocsin.errors import TocsinError
from tocsin.model.acts import Mitigated, Reopened, Resolved, SeverityChanged
from tocsin.model.communication import UpdateApproved, UpdateEdited, UpdatePublished
from tocsin.model.event import Body, Diagnosed, Event, FixProposed
from tocsin.model.ground import IncidentType, Severity
from tocsin.model.identity import SERVICE, Principal, Role
from tocsin.model.incident import fold
from tocsin.model.move import Draft, Publish
from tocsin.model.update import FOR_CUSTOMERS, Audience, Update
from tocsin.model.vocabulary import WORDS
from tocsin.stages.communicate import writer
from tocsin.stages.communicate.situation import violations

MACHINE = Principal(id="communicator", roles=frozenset({Role.COMMUNICATOR}), via="machine")
PEOPLE = some.sampled_from([ANN, ANN, ANN, ANN, ADA, BOB, EVE, SERVICE, MACHINE])
AUDIENCES = some.sampled_from([Audience.EXTERNAL, Audience.EXTERNAL, Audience.SUPPORT, *Audience])
WORDS_OF_PEOPLE = some.sampled_from(
    [
        "As of {now} some customers cannot use Transfers. We are working on it. Next update by {soon}.",
        "As of {now} customers cannot use Transfers because Bob broke ledger-db. Next update by {soon}.",
        "It will be fixed shortly.",
        "As of {now} all is resolved.",
    ]
)
NEWS: list[Body] = [
    SeverityChanged(severity=Severity.SEV2, reason="half of it is back"),
    SeverityChanged(severity=Severity.SEV1, reason="it is worse"),
    Diagnosed(diagnosis=diagnosis()),
    FixProposed(fix=fix()),
    Mitigated(text="traffic moved away"),
    Resolved(confirmed_by=("person:ada@example.com",), cause="a leak", fix="a release"),
    Reopened(reason="it is back"),
]
BETWEEN = {"nothing", "news", "other words", "the same words again", "a constraint", "time", "a newer draft"}
NUMBERS = some.integers(min_value=0, max_value=2)


class Review(RuleBasedStateMachine):
    """People who may and may not, a loop that drafts and publishes, and an incident that goes on meanwhile."""

    @initialize(security=some.booleans())
    def begin(self, security: bool) -> None:
        self.bench = Bench()
        kind = {"type": IncidentType.SECURITY, "specialist": "security-specialist"} if security else {}
        self.bench.open(**kind)
        self.turn = 0

    def tries(self, who: Principal, name: str, which: str = "", **fields: object) -> None:
        """Refused or not: what matters is what is on the record then."""
        with suppress(TocsinError):
            self.bench.does(who, name, which, **fields)

    def some_draft(self, number: int) -> Update | None:
        drafts = self.bench.incident.narrative.drafts
        return drafts[number % len(drafts)].update if drafts else None

    @rule(who=PEOPLE, audience=AUDIENCES, no_change=some.booleans())
    def draft(self, who: Principal, audience: Audience, no_change: bool) -> None:
        self.tries(who, "draft-updates", audiences=(audience,), no_change=no_change)

    @rule(audience=AUDIENCES)
    def the_loop_drafts(self, audience: Audience) -> None:
        self.turn += 1
        self.bench.move(
            Draft(key=f"d{self.turn}", audiences=(audience,), due_at=self.bench.time + timedelta(minutes=5))
        )

    @rule(number=NUMBERS)
    def the_loop_publishes(self, number: int) -> None:
        self.turn += 1
        if update := self.some_draft(number):
            self.bench.move(Publish(key=f"p{self.turn}", update_id=update.id))

    @rule(who=PEOPLE, number=NUMBERS, words=WORDS_OF_PEOPLE, looked=some.booleans())
    def edit(self, who: Principal, number: int, words: str, looked: bool) -> None:
        if update := self.some_draft(number):
            now = self.bench.time
            text = words.format(now=f"{now:%H:%M} UTC", soon=f"{now + timedelta(minutes=20):%H:%M} UTC")
            seen = self.bench.incident.last_seq if looked else None
            self.tries(who, "edit-update", update.id, text=text, seen=seen)

    @rule(who=PEOPLE, number=NUMBERS, shown=some.sampled_from([0, 0, 0, 1]), override=some.booleans())
    def approve(self, who: Principal, number: int, shown: int, override: bool) -> None:
        update, other = self.some_draft(number), self.some_draft(number + shown)
        if update and other:
            aside = {"overridden": tuple(one.code for one in update.violations), "reason": "agreed"} if override else {}
            self.tries(who, "approve-update", update.id, digest=other.digest, **aside)

    @rule(who=PEOPLE, number=NUMBERS)
    def publish(self, who: Principal, number: int) -> None:
        if update := self.some_draft(number):
            self.tries(who, "publish-update", update.id)

    @rule(
        audience=some.sampled_from(sorted(FOR_CUSTOMERS)), between=some.sampled_from(sorted(BETWEEN)), data=some.data()
    )
    def something_comes_between_the_yes_and_the_publishing(
        self, audience: Audience, between: str, data: some.DataObject
    ) -> None:
        self.tries(ANN, "draft-updates", audiences=(audience,))
        update = self.bench.draft(audience).update
        self.tries(ANN, "approve-update", update.id, digest=update.digest)
        match between:
            case "news":
                self.something_happens(data.draw(some.sampled_from(NEWS)))
            case "other words":
                self.tries(ANN, "edit-update", update.id, text=update.text.replace("Transfers", "our service"))
            case "the same words again":
                self.tries(ANN, "edit-update", update.id, text=update.text, seen=self.bench.incident.last_seq)
            case "a constraint":
                self.a_constraint_is_set(f"be kind {self.bench.incident.last_seq}")
            case "time":
                self.time_passes(data.draw(some.sampled_from([1, 40, 90])))
            case "a newer draft":
                self.the_loop_drafts(audience)
        self.tries(ANN, "publish-update", update.id)

    @rule(who=PEOPLE, number=NUMBERS)
    def correct_or_retract(self, who: Principal, number: int) -> None:
        published = self.bench.incident.narrative.published
        if published and number % 2:
            self.tries(who, "correct-update", published[number % len(published)].update_id, text="All regions feel it.")
        elif published:
            self.tries(who, "retract-update", published[number % len(published)].update_id, reason="it was wrong")

    @rule(news=some.sampled_from(NEWS))
    def something_happens(self, news: Body) -> None:
        self.bench.happen(news, actor="person:ada@example.com")

    @rule(text=some.sampled_from(["no cause speculation", "legal reviews wording on customer data", "be kind"]))
    def a_constraint_is_set(self, text: str) -> None:
        self.tries(ANN, "tone", text=text)

    @rule(minutes=some.sampled_from([1, 10, 40]))
    def time_passes(self, minutes: int) -> None:
        self.bench.later(minutes)

    @invariant()
    def customers_heard_only_what_a_person_approved(self) -> None:
        events = self.bench.events if hasattr(self, "bench") else []
        for place, event in enumerate(events):
            if isinstance(event.body, UpdatePublished) and event.body.audience in FOR_CUSTOMERS:
                self.must_be_approved(events[:place], event, event.body)

    def must_be_approved(self, before: list[Event], event: Event, out: UpdatePublished) -> None:
        assert event.actor == "person:ann@example.com"
        acts = [one for one in before if getattr(one.body, "update_id", "") == out.update_id]
        yes = next(one for one in reversed(acts) if isinstance(one.body, UpdateApproved))
        assert yes.actor == "person:ann@example.com"
        assert not [one for one in acts if isinstance(one.body, UpdateEdited) and one.seq > yes.seq]
        assert isinstance(yes.body, UpdateApproved)
        assert yes.body.digest == out.digest
        known = Update(
            **{name: getattr(out, name) for name in ("audience", "status", "text", "template", "components", "title")}
        )
        assert known.digest == out.digest
        then = fold(INCIDENT, before)
        draft = then.narrative.draft(out.update_id)
        assert draft is not None
        assert draft.update.facts_seq >= then.facts_seq
        assert out.next_update_at is None or out.next_update_at > event.at
        broken = violations(out.text, then, out.audience, self.bench.desk, event.at, out.next_update_at)
        assert {one.code for one in broken} <= set(yes.body.overridden)

    @invariant()
    def nothing_leaves_a_restricted_room_by_itself(self) -> None:
        if not hasattr(self, "bench") or not self.bench.incident.is_restricted:
            return
        by_itself = [one for one in self.bench.incident.narrative.published if not one.by.startswith("person:")]
        assert {one.audience for one in by_itself} <= {Audience.CHANNEL, Audience.SECURITY}


TestReview = Review.TestCase
TestReview.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)


# The same facts ------------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=40)
@given(
    bodies=some.lists(some.sampled_from(NEWS), max_size=5),
    tone=some.sets(some.sampled_from(["no cause speculation", "no ETA", "no figures", "be kind"])),
    security=some.booleans(),
    minutes=some.integers(min_value=0, max_value=300),
)
def test_drafts_for_all_audiences_differ_in_words_and_never_in_facts(bodies, tone, security, minutes):
    bench = Bench()
    bench.open(**({"type": IncidentType.SECURITY, "specialist": "security-specialist"} if security else {}))
    bench.later(minutes)
    bench.happen(*bodies) if bodies else None
    for one in sorted(tone):
        bench.does(ANN, "tone", text=one)
    incident = bench.incident
    hand = writer(incident, bench.events, (ALERT,), bench.desk, bench.time)
    drafts = {audience: hand.message(audience) for audience in Audience}

    said = {code for one in drafts.values() for code in re.findall(r"SEV\d", one.title + _without_timeline(one.text))}
    assert said == {str(incident.severity)}
    begun = r"(?:Started|[Ss]ince):? (\d{4}-\d\d-\d\d \d\d:\d\d UTC)"
    assert {at for one in drafts.values() for at in re.findall(begun, one.text)} <= {"2026-11-21 03:04 UTC"}
    words = WORDS[incident.state]
    known = {Audience.INTERNAL: words.internal, Audience.EXTERNAL: words.external, Audience.SUPPORT: words.external}
    for audience, one in drafts.items():
        assert one.status == known.get(audience, words.status)
        assert one.facts_seq == incident.last_seq
        if one.next_update_at:
            assert f"{one.next_update_at:%H:%M} UTC" in one.text  # the promise on the record is the one in the words
    for audience in FOR_CUSTOMERS:
        assert "ledger" not in drafts[audience].text
        assert drafts[audience].violations == ()
    if "no cause speculation" in tone:
        told = [one.text for audience, one in drafts.items() if audience not in (Audience.CHANNEL, Audience.SECURITY)]
        assert not [text for text in told if "pool" in text.lower() or "a leak" in text]


def _without_timeline(text: str) -> str:
    """What a message says of now; its timeline rightly says what was before."""
    return re.sub(r"^ +\d\d:\d\d UTC - .*$", "", text, flags=re.MULTILINE)
