"""After the all-clear, one click in Slack says whether the cause was right and whether the runbook helped."""

import pytest
from tests.slack_house import slack_house
from tests.unit.cases import diagnosis, fix

from tocsin.model.acts import Resolved
from tocsin.model.catalogue import Catalogue
from tocsin.model.event import Diagnosed, FixProposed
from tocsin.model.update import Audience
from tocsin.ports import Parcel
from tocsin.stages import review


@pytest.fixture
def house():
    with slack_house() as house:
        yield house


def asked(house):
    """The incident is over, and the question lies in its room; the card."""
    rooms = house.rooms
    rules = review.Rules(review.ReviewSettings(), Catalogue(), channels={Audience.CHANNEL: ("slack",)})
    now = rooms.clock.now()

    def work(ledger):
        over = Resolved(confirmed_by=("person:ada@example.com",), cause="x", fix="y", post_mortem_at=now)
        for body in (Diagnosed(diagnosis=diagnosis()), FixProposed(fix=fix()), over):
            ledger.timeline.append("INC-1", body, actor="system", at=now)
        convened = review.convene(ledger.incidents.get("INC-1"), ledger.timeline.events("INC-1"), now, rules)
        for letter in convened.letters:
            ledger.outbox.put(Parcel.of(letter, "INC-1", now))

    house.run(rooms.store.write(work))
    house.post()
    house.post()
    return house.cards[-1]


def test_a_member_judges_with_one_click_and_may_say_another_word_later(house):
    card = asked(house)
    answer, whispers = house.press("ada", card, "cause_partly")
    assert (answer.status_code, whispers) == (200, [])
    house.press("ada", card, "runbook_helped")
    assert house.incident.review.cause.verdict == "partly"
    assert house.incident.review.cause.confidence == 0.7
    assert house.incident.review.runbooks == {"db_kill_connections": True}
    house.press("cem", card, "cause_right")
    assert house.incident.review.cause.verdict == "right"


def test_whoever_may_only_look_judges_nothing(house):
    card = asked(house)
    _, (whisper,) = house.press("vera", card, "cause_wrong")
    assert "may not work on incidents" in whisper
    assert house.incident.review.cause is None
