"""Every channel and its fake, over real HTTP and SMTP: what is sent arrives once, harmless and whole; a failure gives advice."""

import asyncio
import json
from contextlib import suppress
from dataclasses import replace

import pytest
from tests.receivers.benches import CHANNELS, bench
from tests.receivers.faulty import RETRY_AFTER, Fault

from tocsin.errors import SourceError
from tocsin.ports import Button, Message, Purpose, Receipt

HOSTILE = (
    "<!channel> @everyone <@U0ADA> <at>ada</at> <script>alert(1)</script> <img src=x onerror=alert(1)> "
    "[click](https://evil.example/x) **bold** `code` {{DATE(2026-01-01T00:00:00Z,SHORT)}} \u202eabc\u202c\r\n"
    "Bcc: evil@evil.example\r\n\r\n.\r\nQUIT\ud800"
)
FAILURES = [fault for fault in Fault if fault not in (Fault.ACK_LOST, Fault.HANG)]
FAR = [name for name in CHANNELS if name != "memory"]


@pytest.fixture(params=CHANNELS)
def at(request, tmp_path):
    with bench(request.param, tmp_path) as made:
        yield made


@pytest.fixture(params=FAR)
def far(request, tmp_path):
    """Those with a network between."""
    with bench(request.param, tmp_path) as made:
        yield made


def message(at, purpose=Purpose.UPDATE, key="k1", **more):
    told = {
        "incident_id": "INC-20260304-AB",
        "audience": at.audience,
        "title": f"Checkout is down {key}",
        "text": f"We are looking into it {key}.",
        "severity": "SEV1",
        "status": "Investigating",
        "link": "https://tocsin.example/incidents/INC-20260304-AB",
    }
    return Message(key=key, purpose=purpose, **(told | more))


def send(at, *messages):
    async def story():
        return [await at.channel.send(one) for one in messages]

    return asyncio.run(story())


SILENT = (Purpose.ROOM, Purpose.DECIDED)
"""They open a place, or change a card that stands in one; neither is something new to read."""


@pytest.mark.parametrize("purpose", [one for one in Purpose if one not in SILENT])
def test_every_purpose_is_delivered_with_its_words_or_refused_for_good(at, purpose):
    wanted = message(at, purpose, buttons=(Button("Approve", "approve", "v1"),) if purpose is Purpose.REVIEW else ())
    if purpose not in at.purposes:
        with pytest.raises(SourceError) as refused:
            send(at, wanted)
        assert refused.value.refused
        assert at.shown() == []
        return
    (receipt,) = send(at, wanted)
    (shown,) = at.shown()
    assert "Checkout is down k1" in shown
    assert "We are looking into it k1." in shown
    assert receipt.missed == ""


def test_a_room_is_opened_where_there_are_rooms_and_nothing_is_said_of_one_elsewhere(at):
    (receipt,) = send(at, message(at, Purpose.ROOM, title="inc-20260304-checkout", text="SEV1"))
    assert bool(receipt.ref) == ("rooms" in at.can)
    if "rooms" not in at.can:
        assert receipt == Receipt()
        assert at.shown() == []


def test_what_became_of_a_step_is_nothing_new_to_read_anywhere(at):
    with suppress(SourceError):
        send(at, message(at, Purpose.DECIDED, corrects="ACT-1"))
    assert at.shown() == []


def test_what_is_sent_again_is_shown_once_where_the_place_can_tell(at):
    once, again = send(at, message(at), message(at))
    assert len(at.shown()) == (1 if "keys" in at.can else 2)
    assert once == again


@pytest.mark.parametrize("fault", [Fault.ACK_LOST, Fault.TRUNCATED])
def test_when_the_answer_is_lost_the_next_try_is_the_same_message(far, fault):
    far.far_end.next(fault)
    with pytest.raises(SourceError):
        send(far, message(far))
    send(far, message(far))
    assert len(far.shown()) == (1 if "keys" in far.can else 2)


def test_a_second_try_says_that_it_may_be_one_where_the_place_cannot_tell(far):
    send(far, message(far, repeated=True))
    (shown,) = far.shown()
    assert ("(possibly repeated)" in shown) == ("keys" not in far.can)


def test_what_waits_for_a_person_is_for_those_who_work_on_the_incident_whoever_it_is_written_for(far):
    if Purpose.REVIEW not in far.purposes or far.audience != "channel":
        return
    send(far, message(far, Purpose.REVIEW, audience="external"))
    assert len(far.shown()) == 1
    if far.channel.name == "email":
        assert far.fake.received[0][0]["To"] == "ada@shop.example, bo@shop.example"


def test_a_summary_is_edited_in_place_where_the_place_can(at):
    if Purpose.SUMMARY not in at.purposes:
        return
    (first,) = send(at, message(at, Purpose.SUMMARY))
    send(at, message(at, Purpose.SUMMARY, "k2", known={"summary": first.ref} if first.ref else {}))
    assert ["k2" in shown for shown in at.shown()] == ([True] if "edit" in at.can else [False, True])


def test_hostile_words_are_shown_as_words_and_do_nothing(at):
    send(at, message(at, title=HOSTILE, text=HOSTILE, components={HOSTILE: "operational"}, known={}))
    (shown,) = at.shown()
    assert at.effects() == []
    assert "click" in shown
    if at.far_end is not None:
        assert "\u202e" not in shown


def test_a_text_without_end_is_cut_to_what_the_place_takes(at):
    for number, text in enumerate(["word " * 40_000, "\U0001f525" * 60_000, 'a "quote"\n' * 20_000]):
        send(at, message(at, key=f"k{number}", title=text[:2_000], text=text))
    assert len(at.shown()) == 3
    if at.far_end is not None:
        assert max(len(shown.encode()) for shown in at.shown()) < 220_000


@pytest.mark.parametrize("fault", FAILURES)
def test_whatever_goes_wrong_is_said_with_advice_and_without_a_secret_and_the_next_try_arrives(far, fault):
    said = failing(far, fault)
    assert said.refused == (fault is Fault.WRONG and "reasons" in far.can)
    send(far, message(far))
    assert far.shown()


@pytest.mark.parametrize("name", FAR)
def test_a_place_that_never_answers_is_not_waited_for(name, tmp_path):
    with bench(name, tmp_path, timeout_seconds=1.0) as far:
        assert not failing(far, Fault.HANG).refused


def test_nobody_home_is_said_and_not_raised_as_anything_else(far):
    far.far_end.down()
    try:
        assert not failing(far).refused
    finally:
        far.far_end.up()


def failing(far, fault=None):
    """The error of one send that goes wrong."""
    if fault:
        far.far_end.next(fault)
    with pytest.raises(SourceError) as failed:
        send(far, message(far))
    said = f"{failed.value} {failed.value!r} {failed.value.__cause__!r}"
    assert failed.value.what
    assert failed.value.do
    assert [secret for secret in far.secrets if secret in said] == []
    return failed.value


def test_a_place_that_asks_to_be_left_alone_is_heard(far):
    if far.channel.name in ("email", "apprise"):
        return  # SMTP and Apprise have no words for it
    assert failing(far, Fault.BUSY).wait_seconds == RETRY_AFTER


def test_an_audience_that_nobody_reads_there_is_refused_and_told_to_nobody_else(far):
    if far.channel.name in ("webhook:partner", "slack"):
        return  # these take what they are given; whom they reach is decided by the configuration
    with pytest.raises(SourceError) as refused:
        send(far, replace(message(far), audience="executive"))
    assert refused.value.refused
    assert far.shown() == []


def test_what_waits_for_a_yes_is_shown_to_the_letter_with_what_hides_in_it_spelled_out(far):
    if Purpose.APPROVAL not in far.purposes:
        return
    send(
        far,
        message(far, Purpose.APPROVAL, exact="kubectl delete pod api-1\u202e", buttons=(Button("Approve", "a", "v"),)),
    )
    raw = (
        json.dumps(far.fake.cards) if far.channel.name == "teams" else "\n".join(far.shown()) + repr(far.fake.__dict__)
    )
    assert "kubectl delete pod api-1" in raw
    assert "\u202e" not in raw
    assert "\\u202e" not in raw
