"""Senders prove themselves on the raw body; a thousand ways to be almost right are all refused."""

import asyncio
import base64
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from tocsin.config import Config, Secret
from tocsin.errors import ConfigError, SourceError, Unauthentic
from tocsin.model.alert import Delivery
from tocsin.sources.authenticity import signatures, sns
from tocsin.sources.authenticity.gate import Arrival, Gate, authenticate
from tocsin.sources.authenticity.settings import Scheme, SourceSettings

NOW = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
BODY = b'{"event": {"id": "E1", "data": {"status": "triggered", "title": "Checkout is down"}}}'
SECRETS = ("new-secret-1", "old-secret-2")
TOPIC = "arn:aws:sns:eu-west-1:111122223333:ops"
CERTIFICATE_URL = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem"
STAMP = str(int(NOW.timestamp()))

SIGNED: dict[str, tuple[SourceSettings, Callable[[str], dict[str, str]]]] = {
    "pagerduty": (
        SourceSettings(),
        lambda secret: {"x-pagerduty-signature": "v1=" + signatures.hmac_hex(secret, BODY)},
    ),
    "sentry": (SourceSettings(), lambda secret: {"sentry-hook-signature": signatures.hmac_hex(secret, BODY)}),
    "grafana": (SourceSettings(), lambda secret: {"x-grafana-alerting-signature": signatures.hmac_hex(secret, BODY)}),
    "grafana with time": (
        SourceSettings(scheme=Scheme.GRAFANA, timestamp_header="X-Stamp"),
        lambda secret: {
            "x-stamp": STAMP,
            "x-grafana-alerting-signature": signatures.hmac_hex(secret, STAMP.encode() + b":" + BODY),
        },
    ),
    "github": (
        SourceSettings(scheme=Scheme.HMAC, header="X-Hub-Signature-256", prefix="sha256="),
        lambda secret: {"x-hub-signature-256": "sha256=" + signatures.hmac_hex(secret, BODY)},
    ),
    "zabbix": (SourceSettings(), lambda secret: {"authorization": f"Bearer {secret}"}),
    "nagios": (
        SourceSettings(),
        lambda secret: {"authorization": "Basic " + base64.b64encode(f"me:{secret}".encode()).decode()},
    ),
    "splunk": (SourceSettings(header="X-Api-Key"), lambda secret: {"x-api-key": secret}),
}


def accepted(
    source: str, arrival: Arrival, settings: SourceSettings, secrets: tuple[str, ...] = SECRETS, now: datetime = NOW
) -> bool:
    try:
        asyncio.run(authenticate(source.split()[0], settings, secrets, arrival, now))
    except Unauthentic:
        return False
    return True


@pytest.mark.parametrize("source", SIGNED)
@pytest.mark.parametrize("secret", SECRETS)
def test_either_secret_is_good_while_it_is_rotated(source: str, secret: str) -> None:
    settings, sign = SIGNED[source]
    assert accepted(source, Arrival(BODY, sign(secret)), settings)


@pytest.mark.parametrize("source", SIGNED)
def test_a_thousand_changed_signatures_are_all_refused(source: str) -> None:
    settings, sign = SIGNED[source]
    chance = random.Random(source)
    good = sign(SECRETS[0])
    for _ in range(1_000):
        name = chance.choice(sorted(good))
        assert not accepted(source, Arrival(BODY, {**good, name: mutated(good[name], chance)}), settings)


@pytest.mark.parametrize("source", ["pagerduty", "sentry", "grafana", "grafana with time", "github"])
def test_a_thousand_changed_bodies_are_all_refused(source: str) -> None:
    settings, sign = SIGNED[source]
    chance = random.Random(source)
    for _ in range(1_000):
        assert not accepted(source, Arrival(mutated(BODY.decode(), chance).encode(), sign(SECRETS[0])), settings)


def mutated(text: str, chance: random.Random) -> str:
    """A copy with one character changed, dropped, doubled or inserted; never the same text, nor one that means the same."""
    while True:
        at = chance.randrange(len(text))
        new = chance.choice("0123456789abcdefXYZ+-/ \t\u00e9")
        copy = chance.choice(
            (text[:at] + new + text[at + 1 :], text[:at] + text[at + 1 :], text[:at] + new + text[at:])
        )
        if meaning(copy) != meaning(text):
            return copy


def meaning(text: str) -> str:
    """What a credential says: schemes ignore case and outer blanks, and a Basic user name is free."""
    scheme, _, value = text.strip().partition(" ")
    if scheme.lower() == "basic":
        try:
            value = base64.b64decode(value.strip(), validate=True).decode().partition(":")[2]
        except ValueError:
            return text
    return f"{scheme.lower()} {value.strip()}" if scheme.lower() in ("basic", "bearer") else text


def test_nothing_configured_proves_nothing() -> None:
    for source, (settings, sign) in SIGNED.items():
        assert not accepted(source, Arrival(BODY, sign("")), settings, secrets=())
        assert not accepted(source, Arrival(BODY, sign("")), settings, secrets=("",))
        assert not accepted(source, Arrival(BODY), settings)


def test_any_of_pagerduty_s_signatures_may_match_and_other_versions_are_ignored() -> None:
    good = signatures.hmac_hex(SECRETS[0], BODY)
    for header in (f"v1={'0' * 64},v1={good}", f"v2=x, v1={good}", f"v1={good},v1={'0' * 64}"):
        assert accepted("pagerduty", Arrival(BODY, {"x-pagerduty-signature": header}), SourceSettings())
    for header in (f"v2={good}", good, f"V1={good}", f"v1={good.upper()}", "v1=", ""):
        assert not accepted("pagerduty", Arrival(BODY, {"x-pagerduty-signature": header}), SourceSettings())


@pytest.mark.parametrize(
    ("seconds", "good"), [(0, True), (299, True), (-299, True), (301, False), (-301, False), (10**9, False)]
)
def test_a_signed_time_outside_five_minutes_is_refused_as_a_replay(seconds: int, good: bool) -> None:
    settings, sign = SIGNED["grafana with time"]
    assert accepted("grafana", Arrival(BODY, sign(SECRETS[0])), settings, now=NOW + timedelta(seconds=seconds)) is good


@pytest.mark.parametrize("stamp", ["", "now", "-1", "1e9", "1" * 30, "\u0661\u0662"])
def test_a_time_that_is_no_count_of_seconds_is_refused(stamp: str) -> None:
    settings, _ = SIGNED["grafana with time"]
    signature = signatures.hmac_hex(SECRETS[0], stamp.encode() + b":" + BODY)
    headers = {"x-stamp": stamp, "x-grafana-alerting-signature": signature}
    assert not accepted("grafana", Arrival(BODY, headers), settings)


def test_a_token_of_the_path_is_a_secret_like_any_other() -> None:
    assert accepted("pingdom", Arrival(BODY, token=SECRETS[1]), SourceSettings())
    assert not accepted("pingdom", Arrival(BODY, token="guess"), SourceSettings())
    assert not accepted("pagerduty", Arrival(BODY, token=SECRETS[1]), SourceSettings())


def knock(gate: Gate, source: str, headers: dict[str, str], body: bytes = BODY) -> bool:
    return asyncio.run(gate.check(source, body, headers, token="", now=NOW))


def test_the_gate_reads_each_secret_once_and_names_the_place_of_a_missing_one() -> None:
    data = {"sources": {"zabbix": {"secrets": [{"env": "ZABBIX_TOKEN"}]}}}
    gate = Gate(Config(data, {"ZABBIX_TOKEN": "t"}))
    assert gate.is_configured("zabbix")
    assert knock(gate, "zabbix", {"authorization": "Bearer t"})
    with pytest.raises(ConfigError, match=r"sources.zabbix.secrets\[0\]"):
        Gate(Config(data, {}))


def test_a_source_without_any_secret_is_told_apart_from_one_that_failed() -> None:
    gate = Gate(Config({"sources": {"zabbix": {"secrets": [{"env": "Z"}]}}}, {"Z": "t"}))
    assert not knock(gate, "nagios", {})
    with pytest.raises(Unauthentic):
        knock(gate, "zabbix", {})


@pytest.mark.parametrize("spelling", ["aws_sns", "sns", "SNS", "aws-sns", "AWS"])
def test_no_other_spelling_of_a_source_goes_round_its_lock(spelling: str) -> None:
    for configured in ("aws_sns", "sns"):
        gate = Gate(Config({"sources": {configured: {"scheme": "shared", "secrets": [{"env": "X"}]}}}, {"X": "t"}))
        assert knock(gate, spelling, {"authorization": "Bearer t"})
        with pytest.raises(Unauthentic):
            knock(gate, spelling, {})


def test_a_scheme_that_misses_what_it_needs_is_a_mistake_of_the_configuration() -> None:
    with pytest.raises(ConfigError, match="header"):
        Gate(Config({"sources": {"x": {"scheme": "hmac", "secrets": [{"env": "X"}]}}}, {"X": "s"}))
    with pytest.raises(ConfigError, match="topics"):
        Gate(Config({"sources": {"aws_sns": {"scheme": "sns"}}}, {}))


def test_a_secret_never_shows_in_what_the_refused_sender_reads() -> None:
    with pytest.raises(Unauthentic) as refusal:
        asyncio.run(authenticate("zabbix", SourceSettings(secrets=(Secret(env="X"),)), ("hush",), Arrival(BODY), NOW))
    assert "hush" not in json.dumps(refusal.value.as_dict())


# Amazon SNS ----------------------------------------------------------------------------------------------------------


@cache
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(signer: Any = None, start: datetime = NOW - timedelta(days=1), days: int = 30) -> bytes:
    signer = signer or key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(signer.public_key())
    made = made.serial_number(1).not_valid_before(start).not_valid_after(start + timedelta(days=days))
    return made.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def message(version: str = "2", **fields: str) -> dict[str, str]:
    made = {
        "Type": "Notification", "MessageId": "m1", "TopicArn": TOPIC, "Subject": "Export", "Message": "It failed\nbadly",
        "Timestamp": "2026-01-05T10:00:00.000Z", "SignatureVersion": version, "SigningCertURL": CERTIFICATE_URL, **fields,
    }  # fmt: skip
    algorithm = hashes.SHA1() if version == "1" else hashes.SHA256()
    signature = key().sign(sns.string_to_sign(made), padding.PKCS1v15(), algorithm)
    return {**made, "Signature": base64.b64encode(signature).decode()}


class Network:
    """A guarded client that answers with one certificate and writes down what it was asked for."""

    def __init__(self, answer: bytes | None = None) -> None:
        self.answer, self.asked = answer, list[str]()

    async def __call__(self, url: str) -> bytes:
        self.asked.append(url)
        if self.answer is None:
            raise SourceError("no route")
        return self.answer


def proven(sent: dict[str, str], network: Network, **settings: Any) -> bool:
    made = SourceSettings(topics=(TOPIC,), **settings)
    try:
        asyncio.run(authenticate("aws_sns", made, (), Arrival(json.dumps(sent).encode()), NOW, network))
    except Unauthentic:
        return False
    return True


def test_a_message_that_amazon_signed_is_accepted() -> None:
    assert proven(message(), Network(certificate()))
    without_subject = {name: value for name, value in message().items() if name != "Subject"}
    assert not proven(without_subject, Network(certificate()))


def test_version_1_is_accepted_only_where_the_configuration_says_so() -> None:
    assert not proven(message("1"), Network(certificate()))
    assert proven(message("1"), Network(certificate()), allow_sha1=True)
    assert not proven({**message(), "SignatureVersion": "3"}, Network(certificate()), allow_sha1=True)


def test_a_thousand_changed_messages_are_all_refused() -> None:
    chance, good, network = random.Random(1), message(), Network(certificate())
    signed = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Signature")
    for _ in range(1_000):
        name = chance.choice(signed)
        assert not proven({**good, name: mutated(good[name], chance)}, network)


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-west-1.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com/a.crt",
        "https://sns.eu-west-1.amazonaws.com.evil.example/a.pem",
        "https://evil.example/sns.eu-west-1.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com@evil.example/a.pem",
        "https://evil@sns.eu-west-1.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com:8443/a.pem",
        "https://sns.eu-west-1.amazonaws.com:x/a.pem",
        "https://sns.eu-west-1.amazonaws.com\\@evil.example/a.pem",
        "https://sns.eu-west-1.amazonaws.com/a.pem?x=1",
        "https://sns.eu-west-1.amazonaws.com/a#.pem",
        "https://sns.a.amazonaws.com/a.pem",
        "https://s3.amazonaws.com/bucket/a.pem",
        "https://xsns.eu-west-1.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com\n.evil.example/a.pem",
        "https://sns.eu-w\u0435st-1.amazonaws.com/a.pem",
        "file:///etc/passwd.pem",
        "https://[::1]/a.pem",
        "https://[",
        "",
    ],
)
def test_a_certificate_from_anywhere_but_amazon_is_never_fetched(url: str) -> None:
    network = Network(certificate())
    assert not proven({**message(), "SigningCertURL": url}, network)
    assert network.asked == []


def test_a_topic_that_nobody_listed_causes_no_request_at_all() -> None:
    network = Network(certificate())
    assert not proven(message(TopicArn=TOPIC + "x"), network)
    assert network.asked == []


def test_a_certificate_that_is_expired_early_foreign_or_no_certificate_proves_nothing() -> None:
    elliptic = ec.generate_private_key(ec.SECP256R1())
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    for pem in (
        certificate(start=NOW - timedelta(days=90)),
        certificate(start=NOW + timedelta(days=1)),
        certificate(other),
        certificate(elliptic),
        b"<html>",
        b"",
        None,
    ):
        assert not proven(message(), Network(pem))


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"hello", b'{"Type": "Notification"}', b'{"Type": ["x"]}', b'{"a": 1, "a": 2}']
)
def test_a_body_that_is_no_message_proves_nothing(body: bytes) -> None:
    with pytest.raises(Unauthentic):
        asyncio.run(
            authenticate("aws_sns", SourceSettings(topics=(TOPIC,)), (), Arrival(body), NOW, Network(certificate()))
        )


def confirmation(url: str) -> dict[str, str]:
    return message(Type="SubscriptionConfirmation", Token="t", SubscribeURL=url)


def confirm(sent: dict[str, str], network: Network) -> bool:
    return asyncio.run(sns.confirm(json.dumps(sent).encode(), SourceSettings(topics=(TOPIC,)), NOW, network))


def test_a_signed_confirmation_of_a_listed_topic_is_confirmed() -> None:
    url = f"https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=t"
    network = Network(certificate())
    assert confirm(confirmation(url), network)
    assert network.asked == [CERTIFICATE_URL, url]


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "https://evil.example/?Action=ConfirmSubscription&TopicArn=" + TOPIC,
        "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe&TopicArn=" + TOPIC,
        "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:eu-west-1:9:other",
        "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription",
    ],
)
def test_even_a_signed_confirmation_never_leads_us_anywhere_else(url: str) -> None:
    network = Network(certificate())
    with pytest.raises(Unauthentic):
        confirm(confirmation(url), network)
    assert network.asked == [CERTIFICATE_URL]


def test_an_unsigned_confirmation_is_never_followed_and_a_notification_has_nothing_to_confirm() -> None:
    url = f"https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}"
    network = Network(certificate())
    with pytest.raises(Unauthentic):
        confirm({**confirmation(url), "Signature": "AAAA"}, network)
    assert network.asked == [CERTIFICATE_URL]
    assert not confirm(message(), Network(certificate()))


def test_amazon_s_certificate_is_fetched_once_for_many_messages() -> None:
    network = Network(certificate())
    gate = Gate(Config({"sources": {"aws_sns": {"topics": [TOPIC]}}}, {}), network)
    for _ in range(5):
        assert knock(gate, "aws_sns", {}, json.dumps(message()).encode())
    assert network.asked == [CERTIFICATE_URL]


def test_the_gate_confirms_a_subscription_only_through_the_guarded_client() -> None:
    url = f"https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=t"
    body = json.dumps(confirmation(url)).encode()
    network = Network(certificate())
    gate = Gate(Config({"sources": {"aws_sns": {"topics": [TOPIC]}}}, {}), network)
    assert asyncio.run(gate.confirm(Delivery(id="D", source="aws_sns", received_at=NOW, body=body)))
    assert network.asked == [CERTIFICATE_URL, url]
