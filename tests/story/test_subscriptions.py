"""Subscriptions from the form to the mailbox: asked, confirmed by whoever reads there, told, ended; nobody learns who is there."""

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from standardwebhooks.webhooks import Webhook
from tests.status_house import NOW, Clock, Numbers, StatusHouse

from tocsin.connectors.outbound import Outbound, OutboundSettings
from tocsin.connectors.subscriber_hooks import SubscriberHooks
from tocsin.errors import SourceError
from tocsin.model.move import Letter
from tocsin.model.subscriber import Masthead, Subscriber, Via
from tocsin.ports import Mail, Message, Parcel, Purpose, message_payload
from tocsin.stages.deliver import Lists, PageChannel, deliver, message_courier, subscriber_courier

HOOK = "https://hooks.example.org/tocsin?x=1"
MARK = "https://status.example.com"


class Mailbox:
    """ports.Mailbox that keeps what it gets; mailboxes named `gone` take nothing."""

    def __init__(self) -> None:
        self.letters: list[Mail] = []

    async def mail(self, letter: Mail) -> None:
        if letter.to.startswith("gone@"):
            raise SourceError("no such mailbox", "", refused=True)
        self.letters.append(letter)


class Receiver:
    """Somebody's endpoint, reached by the true guarded client over a pretended net; it verifies with the standard's own library."""

    def __init__(self, answer: Callable[[dict[str, Any]], httpx.Response] | None = None) -> None:
        self.answer = answer or (lambda told: httpx.Response(200, json={"challenge": told["data"].get("challenge")}))
        self.got: list[dict[str, Any]] = []
        self.secret = ""

    def hooks(self, clock: Clock, resolves_to: str = "93.184.216.34") -> SubscriberHooks:
        async def resolve(host: str, port: int) -> list[str]:
            return [resolves_to]

        outbound = Outbound(OutboundSettings(ports=(443,)), resolve, httpx.MockTransport(self._take))
        return SubscriberHooks(outbound, clock)

    def _take(self, request: httpx.Request) -> httpx.Response:
        told = json.loads(request.content)
        self.secret = told["data"].get("secret", self.secret)
        assert {"webhook-id", "webhook-timestamp", "webhook-signature"} <= set(request.headers)
        verified = Webhook(self.secret)
        verified._Webhook__verify_timestamp = lambda stamp: NOW  # type: ignore[attr-defined]  # the clock of the test
        assert verified.verify(request.content, dict(request.headers)) == told
        self.got.append(told)
        answer = self.answer(told)
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(answer.content))


class Town(StatusHouse):
    """The page with a postman."""

    def __init__(self, receiver: Receiver | None = None, **net: str) -> None:
        super().__init__()
        self.mailbox, self.receiver = Mailbox(), receiver or Receiver()
        head = Masthead(name="Northwind status", url=MARK)
        hooks = self.receiver.hooks(self.clock, **net)
        self.lists = Lists(self.store, self.clock, Numbers(), head, self.mailbox, hooks)

    def brings(self) -> None:
        channels = {"page": PageChannel(self.store, self.clock, self.lists.head)}
        couriers = {"message": message_courier(channels, self.store), "subscriber": subscriber_courier(self.lists)}
        asyncio.run(deliver(self.store, couriers, self.clock.now()))

    def fills(self, path: str, **fields: Any) -> httpx.Response:
        """Opens a form and sends it back."""

        async def say(client: httpx.AsyncClient) -> httpx.Response:
            page = (await client.get(path)).text
            found = re.search(r'name="token" value="([^"]+)"', page)
            assert found, page
            return await client.post(path, data={"token": found[1], **fields})

        answer = self.talk(say)
        assert isinstance(answer, httpx.Response)
        return answer

    def posts(self, path: str, **fields: Any) -> httpx.Response:
        answer = self.talk(lambda client: client.post(path, data=fields))
        assert isinstance(answer, httpx.Response)
        return answer

    def subscribed(self) -> list[Subscriber]:
        return asyncio.run(self.store.read(lambda ledger: ledger.subscribers.page()))

    def link(self, pattern: str) -> str:
        found = re.search(rf"{MARK}(/status/{pattern}\S+)", self.mailbox.letters[-1].text)
        assert found, self.mailbox.letters[-1].text
        return found[1]

    def joins(self, address: str, **fields: Any) -> None:
        """The whole way in, by mail."""
        self.fills("/status/subscribe", email=address, **fields)
        self.brings()
        token = parse_qs(urlsplit(self.link("confirm")).query)["token"][0]
        assert "You are subscribed" in self.posts("/status/confirm", sealed=token).text

    def tells(
        self, number: int = 9, purpose: Purpose = Purpose.UPDATE, text: str = "We know more.", **told: Any
    ) -> None:
        """A message to customers leaves by the channel `page`, as the communications desk puts it."""
        message = Message("", "INC-1", purpose, "external", "Payments fail", f"[Identified] Payments\n{text}", **told)
        letter = Letter(key=f"INC-1:{purpose}:U{number}:page", kind="message", payload=message_payload("page", message))
        asyncio.run(self.store.write(lambda ledger: ledger.outbox.put(Parcel.of(letter, "INC-1", self.clock.now()))))
        self.brings()


@pytest.fixture
def town() -> Town:
    made = Town()
    made.declared("INC-1")
    return made


def test_an_address_is_kept_only_after_somebody_who_reads_there_said_yes(town: Town) -> None:
    answer = town.fills("/status/subscribe", email=" Ada@Example.com ")
    assert (answer.status_code, town.subscribed()) == (200, [])
    town.brings()
    (asked,) = town.mailbox.letters
    assert (asked.to, asked.subject) == ("ada@example.com", "[Northwind status] Confirm your address")
    link = town.link("confirm")
    assert "Yes, send me messages" in town.get(link).text
    assert town.subscribed() == []  # a mail program that looks at links confirms nothing
    token = parse_qs(urlsplit(link).query)["token"][0]
    assert town.posts("/status/confirm", sealed=token).status_code == 200
    (one,) = town.subscribed()
    assert (one.via, one.address, one.components) == (Via.EMAIL, "ada@example.com", ())
    town.posts("/status/confirm", sealed=token)
    assert len(town.subscribed()) == 1


def test_a_link_that_is_old_forged_or_made_for_something_else_confirms_nothing(town: Town) -> None:
    town.joins("ada@example.com")
    town.fills("/status/subscribe", email="bob@example.com")
    town.brings()
    token = parse_qs(urlsplit(town.link("confirm")).query)["token"][0]
    town.tells()
    leave = parse_qs(urlsplit(town.link("unsubscribe")).query)["token"][0]
    for wrong in ("", "x", "é\ud7ff", token[:-2] + "AA", token.replace(".", ""), leave, "a" * 9000):
        assert town.posts("/status/confirm", sealed=wrong).status_code == 410
    town.later(hours=49)
    assert town.posts("/status/confirm", sealed=token).status_code == 410
    assert [one.address for one in town.subscribed()] == ["ada@example.com"]


def test_the_answer_is_the_same_whether_an_address_is_known_or_not(town: Town) -> None:
    town.joins("ada@example.com")
    known = town.fills("/status/subscribe", email="ada@example.com")
    unknown = town.fills("/status/subscribe", email="nobody@example.com")
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    gone = [town.posts(f"/status/unsubscribe?token={token}") for token in ("x", "")]
    town.tells()
    real = town.posts(town.link("unsubscribe"))
    assert {(one.status_code, one.text) for one in (*gone, real)} == {(200, real.text)}


def test_subscribers_get_the_published_words_with_one_click_to_end_it(town: Town) -> None:
    town.joins("ada@example.com")
    town.tells(status="Identified", components={"Payments": "partial_outage"})
    letter = town.mailbox.letters[-1]
    assert letter.subject == "[Northwind status] Payments fail: Identified"
    assert "We know more." in letter.text
    assert "INC-1" not in letter.text
    assert re.search(rf"{MARK}/status/incidents/[a-z0-9]{{12}}\n", letter.text)
    assert letter.unsubscribe in letter.text
    town.brings()
    assert len(town.mailbox.letters) == 2  # the question, and the message once
    path = letter.unsubscribe.removeprefix(MARK)
    assert "Stop sending" in town.get(path).text
    assert len(town.subscribed()) == 1
    one_click = town.talk(lambda client: client.post(path, data={"List-Unsubscribe": "One-Click"}))
    assert (one_click.status_code, town.subscribed()) == (200, [])
    town.tells(10)
    assert len(town.mailbox.letters) == 2


def test_they_hear_of_the_components_they_chose_of_corrections_and_of_what_is_withdrawn(town: Town) -> None:
    town.joins("ada@example.com", component=["Search", "No such thing"])
    (one,) = town.subscribed()
    assert one.components == ("Search",)
    town.tells(9, components={"Payments": "partial_outage"})
    assert len(town.mailbox.letters) == 1
    search = {"components": {"Search": "degraded_performance"}}
    town.tells(10, status="Identified", **search)
    town.tells(11, Purpose.CORRECTION, "It is 5%, not 50%.", **search)
    town.tells(12, Purpose.RETRACTION, "Our update of 03:04 UTC is withdrawn.", **search)
    subjects = [one.subject.rpartition(": ")[2] for one in town.mailbox.letters[1:]]
    assert subjects == ["Identified", "Correction", "Withdrawn"]
    assert len({one.thread for one in town.mailbox.letters[1:]}) == 1


def test_nobody_is_flooded_with_questions(town: Town) -> None:
    for _ in range(5):
        town.fills("/status/subscribe", email="ada@example.com")
    town.brings()
    assert len(town.mailbox.letters) == 1
    town.later(hours=1)
    town.fills("/status/subscribe", email="ada@example.com")
    town.brings()
    assert len(town.mailbox.letters) == 2
    statuses = [town.fills("/status/subscribe", email=f"p{number}@example.com").status_code for number in range(8)]
    assert statuses.count(429) >= 2
    assert town.subscribed() == []


def test_a_mailbox_that_is_gone_is_forgotten(town: Town) -> None:
    async def put(number: int, address: str) -> None:
        made = Subscriber(id=f"SUB-9{number}", via=Via.EMAIL, address=address, confirmed_at=NOW)
        await town.store.write(lambda ledger: ledger.subscribers.put(made))

    for number, address in enumerate(("gone@example.com", "ada@example.com")):
        asyncio.run(put(number, address))
    town.tells()
    assert [one.address for one in town.subscribed()] == ["ada@example.com"]
    events = asyncio.run(town.store.read(lambda ledger: ledger.timeline.events("INC-1")))
    assert not any("@example.com" in str(one.body) for one in events)


def test_a_webhook_must_answer_its_challenge_and_its_calls_are_signed(town: Town) -> None:
    town.fills("/status/subscribe", webhook=HOOK, component=["Payments"])
    assert town.subscribed() == []
    town.brings()
    (one,) = town.subscribed()
    assert (one.via, one.address, one.components) == (Via.WEBHOOK, HOOK, ("Payments",))
    town.tells(status="Identified", components={"Payments": "partial_outage"})
    challenge, news = town.receiver.got
    assert challenge["type"] == "subscription.challenge"
    assert (news["type"], news["data"]["text"], news["data"]["status"]) == (
        "incident.update",
        "We know more.",
        "Identified",
    )
    assert news["data"]["components"] == {"Payments": "partial_outage"}
    assert "INC-1" not in json.dumps(news)
    town.posts(news["data"]["unsubscribe"].removeprefix(MARK))
    assert town.subscribed() == []


@pytest.mark.parametrize(
    "answer", [httpx.Response(200, text="ok"), httpx.Response(500), httpx.Response(302, headers={"location": "/"})]
)
def test_whoever_does_not_send_the_challenge_back_is_not_subscribed_and_not_asked_again(answer: httpx.Response) -> None:
    town = Town(
        Receiver(lambda told: httpx.Response(answer.status_code, headers=answer.headers, content=answer.content))
    )
    town.fills("/status/subscribe", webhook=HOOK)
    for _ in range(3):
        town.brings()
        town.later(minutes=10)
    assert (len(town.receiver.got), town.subscribed()) == (1, [])


def test_a_webhook_that_says_it_is_gone_is_forgotten() -> None:
    def answer(told: dict[str, Any]) -> httpx.Response:
        known = told["data"].get("challenge")
        return httpx.Response(200, text=known) if known else httpx.Response(410)

    town = Town(Receiver(answer))
    town.declared("INC-1")
    town.fills("/status/subscribe", webhook=HOOK)
    town.brings()
    assert len(town.subscribed()) == 1
    town.tells()
    assert town.subscribed() == []


@pytest.mark.parametrize(
    "where", ["127.0.0.1", "10.0.0.8", "169.254.169.254", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"]
)
def test_a_webhook_never_reaches_a_private_address(where: str) -> None:
    town = Town(resolves_to=where)
    town.fills("/status/subscribe", webhook=HOOK)
    town.brings()
    assert (town.receiver.got, town.subscribed()) == ([], [])


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "ada@",
        "ada@localhost",
        "a@b@example.com",
        "ada@example.com\nBcc: x@example.com",
        "<x@example.com>",
        "x" * 300 + "@example.com",
    ],
)
def test_what_is_no_mailbox_is_refused_in_words(town: Town, address: str) -> None:
    answer = town.fills("/status/subscribe", email=address)
    assert (answer.status_code, town.subscribed()) == (422, [])
    assert "That is no address we can write to." in answer.text
    town.brings()
    assert town.mailbox.letters == []


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/",
        "https://u:p@hooks.example.org/",
        "ftp://x",
        "https://",
        "https://a b",
        "javascript:1",
    ],
)
def test_what_is_no_webhook_is_refused(town: Town, url: str) -> None:
    assert town.fills("/status/subscribe", webhook=url).status_code == 422


def test_a_form_that_is_not_ours_old_or_filled_in_by_a_program_does_nothing(town: Town) -> None:
    assert town.posts("/status/subscribe", email="ada@example.com", token="x").status_code == 422
    assert town.posts("/status/subscribe", email="ada@example.com").status_code == 422
    trapped = town.fills("/status/subscribe", email="ada@example.com", website="https://spam.example")
    assert trapped.status_code == 200  # a program learns nothing
    large = town.posts("/status/subscribe", email="a" * 20_000)
    assert large.status_code == 413
    elsewhere = town.talk(
        lambda client: client.post("/status/subscribe", data={}, headers={"sec-fetch-site": "cross-site"})
    )
    assert elsewhere.status_code == 403
    town.brings()
    assert town.mailbox.letters == []


def test_without_an_address_of_its_own_the_page_offers_feeds_only() -> None:
    town = Town()
    town.counter.email = town.counter.webhook = False
    page = town.get("/status/subscribe").text
    assert "history.atom" in page
    assert "<form" not in page


def test_what_strangers_were_sent_is_forgotten_after_some_days(town: Town) -> None:
    town.fills("/status/subscribe", email="ada@example.com")
    town.brings()

    async def forgotten(days: int) -> int:
        town.later(days=days)
        return await town.store.write(lambda ledger: ledger.outbox.forget(town.clock.now()))

    assert asyncio.run(forgotten(1)) == 1
    town.tells()
    assert asyncio.run(forgotten(30)) == 0  # what belongs to an incident stays
