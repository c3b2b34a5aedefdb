"""What each place can do besides: threads in a mailbox, components and corrections on a status page, signatures that rotate."""

import asyncio
import base64
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook as Verifier
from tests.conformance.test_channels import message, send
from tests.receivers.benches import WEBHOOK_SECRET, bench, opened
from tests.receivers.faulty import faulty
from tests.receivers.mail import mail_server, self_signed
from tests.receivers.webhook import WebhookReceiver

from tocsin.connectors.webhook_signature import key_of, signed
from tocsin.connectors.webhooks import payload
from tocsin.errors import ConfigError, DataError, SourceError
from tocsin.ports import Message, Purpose

# E-mail ---------------------------------------------------------------------------------------------------------------


def test_all_mails_of_an_incident_to_an_audience_are_one_thread_and_a_correction_answers_what_it_corrects(tmp_path):
    with bench("email", tmp_path) as at:
        (first,) = send(at, message(at, key="k1"))
        known = {"update": first.ref}
        send(at, message(at, Purpose.CORRECTION, "k2", corrects=first.ref, known=known))
        send(at, replace(message(at, key="k3"), audience="external"))
        one, two, other = at.fake.mailbox()
    assert one["Message-ID"] == first.ref
    assert one["References"] == one["In-Reply-To"]
    assert two["In-Reply-To"] == first.ref
    assert two["References"].split()[0] == one["References"]
    assert other["References"] != one["References"]
    assert one["Auto-Submitted"] == "auto-generated"


def test_colleagues_see_each_other_and_customers_do_not(tmp_path):
    with bench("email", tmp_path) as at:
        send(at, message(at), replace(message(at, key="k2"), audience="external"))
        (inside, _), (outside, envelope) = at.fake.received
    assert inside["To"] == "ada@shop.example, bo@shop.example"
    assert "customer" not in str(outside)
    assert envelope.rcpt_tos == ["customer@elsewhere.example"]


def test_an_address_that_is_refused_is_named_and_the_others_have_it(tmp_path):
    with bench("email", tmp_path) as at:
        at.fake.refused.add("bo@shop.example")
        (receipt,) = send(at, message(at))
    assert receipt.missed == "bo@shop.example"
    assert at.fake.received[0][1].rcpt_tos == ["ada@shop.example"]


def mailer(security, port, tmp_path, **more):
    settings = {"host": "127.0.0.1", "port": port, "security": security, "sender": "tocsin@shop.example",
                "username": "tocsin", "password": {"env": "P"}, "to": {"channel": ["ada@shop.example"]}}  # fmt: skip
    return opened("email", {"email": settings | more}, 8, {"P": "smtp-password"})


def mail_of(purpose=Purpose.UPDATE):
    return Message("k", "INC-1", purpose, "channel", "Checkout is down", "We look into it.")


def test_tls_from_the_first_byte_works_and_a_certificate_that_is_not_trusted_does_not(tmp_path):
    certificate = self_signed(tmp_path)
    with mail_server("tls", certificate) as server:
        asyncio.run(mailer("tls", server.port, tmp_path, ca_file=str(certificate)).send(mail_of()))
        with pytest.raises(SourceError, match="SSLCertVerificationError"):
            asyncio.run(mailer("tls", server.port, tmp_path).send(mail_of()))
    assert len(server.received) == 1


def test_a_password_is_never_sent_in_the_clear_where_starttls_was_asked_for(tmp_path):
    with mail_server("none") as server:  # it offers no STARTTLS, as one in the middle would have it
        with pytest.raises(SourceError, match="SMTPNotSupportedError"):
            asyncio.run(mailer("starttls", server.port, tmp_path).send(mail_of()))
        asyncio.run(mailer("none", server.port, tmp_path).send(mail_of()))
    assert len(server.received) == 1


# Statuspage -----------------------------------------------------------------------------------------------------------


def test_an_incident_on_the_page_is_opened_updated_and_resolved_with_its_components(tmp_path):
    with bench("statuspage", tmp_path) as at:
        (first,) = send(at, message(at, components={"Payments": "major_outage", "search": "degraded_performance"}))
        known = {"update": first.ref}
        send(at, message(at, key="k2", status="Mitigating", components={"Search": "operational"}, known=known))
        states = [one["status"] for one in at.fake.components.values()]
        send(at, message(at, Purpose.RESOLVED, "k3", status="Resolved", known=known))
        (incident,) = at.fake.incidents
    assert states == ["major_outage", "operational"]
    assert [one["status"] for one in incident["incident_updates"]] == ["resolved", "identified", "investigating"]
    assert {one["status"] for one in at.fake.components.values()} == {"operational"}
    assert first.link == incident["shortlink"]


def test_without_our_memory_the_page_s_own_incident_is_found_and_not_opened_again(tmp_path):
    with bench("statuspage", tmp_path) as at:
        send(at, message(at), message(at, key="k2"), message(at, key="k3", incident_id="INC-OTHER"))
        names = [len(one["incident_updates"]) for one in at.fake.incidents]
    assert names == [1, 2]


def test_a_withdrawn_message_is_replaced_where_it_stands_and_nobody_is_notified_again(tmp_path):
    with bench("statuspage", tmp_path) as at:
        (first,) = send(at, message(at, text="It is the fault of the vendor."))
        back = message(at, Purpose.RETRACTION, "k2", text="This message was withdrawn.", corrects=first.ref,
                       known={"update": first.ref})  # fmt: skip
        send(at, back, back)
        (shown,) = at.fake.shown()
        assert len(at.fake.notified) == 1
    assert "vendor" not in shown
    assert "This message was withdrawn." in shown


def test_a_component_that_is_not_on_the_page_is_named_and_the_message_is_there(tmp_path):
    with bench("statuspage", tmp_path) as at:
        (receipt,) = send(at, message(at, components={"Payments": "partial_outage", "Gopher": "partial_outage"}))
        assert len(at.shown()) == 1
    assert receipt.missed == "components that are not on the page: Gopher"


@pytest.mark.parametrize("audience", ["channel", "internal", "executive", "support", "security"])
def test_nothing_that_is_not_for_customers_can_reach_the_page(tmp_path, audience):
    with bench("statuspage", tmp_path) as at:
        with pytest.raises(SourceError) as refused:
            send(at, replace(message(at), audience=audience))
        assert refused.value.refused
        assert at.far_end.asked == []


# Webhooks -------------------------------------------------------------------------------------------------------------


def test_while_a_secret_is_rotated_whoever_knows_either_can_verify(tmp_path):
    new = "whsec_" + base64.b64encode(b"another webhook secret of 32 byt").decode()
    for known in (WEBHOOK_SECRET, new):
        receiver = WebhookReceiver(known)
        with faulty(receiver) as far:
            settings = {"url": {"env": "U"}, "secrets": [{"env": "A"}, {"env": "B"}]}
            environ = {"U": far.url + "/hook", "A": new, "B": WEBHOOK_SECRET}
            channel = opened("webhook:partner", {"webhooks": {"partner": settings}}, 8, environ)
            asyncio.run(channel.send(replace(mail_of(), audience="external")))
        assert len(receiver.deliveries) == 1


@given(st.binary(min_size=24, max_size=64), st.binary(max_size=200), st.integers(1, 2**33))
def test_every_signature_is_what_the_reference_library_makes(key, body, seconds):
    from datetime import UTC, datetime

    secret = "whsec_" + base64.b64encode(key).decode()
    ours = signed("msg_1", seconds, body, [key_of(secret)])
    text = body.decode("utf-8", "replace")
    theirs = Verifier(secret).sign("msg_1", datetime.fromtimestamp(seconds, tz=UTC), text)
    assert signed("msg_1", seconds, text.encode(), [key_of(secret)])["webhook-signature"] == theirs
    assert ours["webhook-timestamp"] == str(seconds)


@given(st.text(max_size=40_000), st.dictionaries(st.text(max_size=300), st.just("operational"), max_size=60))
def test_a_body_is_never_larger_than_receivers_are_asked_to_take(text, components):
    told = payload(replace(mail_of(), title=text, text=text, components=components))
    assert len(told) < 20_000
    assert json.loads(told)["type"] == "incident.update"


@pytest.mark.parametrize("secret", ["whsec_short", "whsec_" + "A" * 200, "no base64 at all!", "whsec_"])
def test_a_webhook_secret_that_is_none_is_refused_without_repeating_it(secret):
    with pytest.raises(DataError) as wrong:
        key_of(secret)
    assert secret not in str(wrong.value)
    settings = {"webhooks": {"partner": {"url": {"env": "U"}, "secrets": [{"env": "S"}]}}}
    with pytest.raises(ConfigError) as mistake:
        opened("webhook:partner", settings, 8, {"U": "https://partner.example", "S": secret})
    assert mistake.value.path == "channels.webhooks.partner.secrets[0]"


def test_a_webhook_follows_no_redirect_and_calls_no_private_network_by_default():
    from tocsin.config import Config, merged
    from tocsin.connectors.channels import open_channels

    settings = {"webhooks": {"partner": {"url": {"env": "U"}, "secrets": [{"env": "S"}]}}}
    for address in ("https://10.0.0.8/hook", "http://partner.example/hook", "https://[::1]/hook"):
        environ = {"U": address, "S": WEBHOOK_SECRET}
        channel = open_channels(Config(merged({"channels": settings}), environ, "test"))["webhook:partner"]
        with pytest.raises(SourceError, match="webhook:partner is not called"):
            asyncio.run(channel.send(mail_of()))


# All together ---------------------------------------------------------------------------------------------------------


def test_a_configuration_says_which_channels_reach_an_audience():
    from tocsin.connectors.channels import ChannelsConfig

    told = {
        "teams": {"to": {"internal": {"env": "T"}}},
        "statuspage": {"page": "p1", "token": {"env": "K"}},
        "webhooks": {"partner": {"url": {"env": "U"}, "secrets": [{"env": "S"}]}},
        "apprise": {"to": {"internal": [{"env": "A"}], "executive": [{"env": "A"}]}},
    }
    reaching = ChannelsConfig.model_validate(told).reaching()
    assert reaching["external"] == ("statuspage", "webhook:partner")
    assert reaching["internal"] == ("teams", "apprise")
    assert reaching["security"] == ()
