"""Outgoing webhooks as Channels: each named endpoint gets signed JSON by Standard Webhooks. Opened by `channels`.

The id of a delivery is derived from its key and stays the same however often it is tried, so a receiver counts it once. The
address is called by the guarded client: no redirect, no private network that section `outbound` does not allow.
"""

import json
from collections.abc import Sequence
from hashlib import sha256

from pydantic import Field

from tocsin.config import Config, Secret
from tocsin.connectors import secret_url
from tocsin.connectors.outbound import Outbound
from tocsin.connectors.plain_text import readable, to_the_letter, web_link, within
from tocsin.connectors.webhook_signature import key_of, signed
from tocsin.errors import ConfigError, DataError
from tocsin.model.ground import Value, rfc3339
from tocsin.model.update import Audience
from tocsin.ports import Clock, Message, Purpose, Receipt

_TITLE, _EXACT_BYTES, _COMPONENTS, _MOST_BYTES = 300, 3_000, 40, 20_000
_TEXT_BYTES = (12_000, 6_000, 3_000)
"""A text of quotes and line breaks grows when it is written as JSON; then less of it is told."""


class WebhookConfig(Value):
    """One entry of section `channels.webhooks`. The address may hold a secret, so it is kept where secrets are."""

    url: Secret
    secrets: tuple[Secret, ...] = Field(min_length=1, max_length=3)
    """Several while you rotate: a delivery is signed by each."""
    audiences: frozenset[Audience] = Field(default=frozenset({Audience.EXTERNAL}), min_length=1)


class Webhook:
    """ports.Channel for one endpoint."""

    def __init__(self, name: str, url: str, keys: Sequence[bytes], outbound: Outbound, clock: Clock) -> None:
        self.name = name
        self._url, self._keys, self._outbound, self._clock = url, tuple(keys), outbound, clock

    @classmethod
    def opened(cls, name: str, settings: WebhookConfig, config: Config, outbound: Outbound, clock: Clock) -> "Webhook":
        """With its secrets. Raises ConfigError."""
        where = f"channels.webhooks.{name}"
        keys = []
        for number, secret in enumerate(settings.secrets):
            try:
                keys.append(key_of(config.secret(secret, f"{where}.secrets[{number}]")))
            except DataError as wrong:
                raise ConfigError(f"{where}.secrets[{number}]", wrong.what, wrong.do) from wrong
        return cls(f"webhook:{name}", config.secret(settings.url, f"{where}.url"), keys, outbound, clock)

    async def send(self, message: Message) -> Receipt:
        """One signed POST. It has no rooms and no cards."""
        if message.purpose in (Purpose.ROOM, Purpose.DECIDED):
            return Receipt()
        name = f"msg_{sha256(f'{self.name}:{message.key}'.encode()).hexdigest()[:32]}"
        body = payload(message)
        headers = signed(name, int(self._clock.now().timestamp()), body, self._keys)
        await secret_url.post(
            self._outbound, self.name, self._url, body, {**headers, "Content-Type": "application/json"}
        )
        return Receipt(ref=name)


def payload(message: Message) -> bytes:
    """The body: what kind of news, when it was decided, and the message. It is the same at every try."""
    return next(body for most in _TEXT_BYTES if len(body := _payload(message, most)) < _MOST_BYTES)


def _payload(message: Message, text_bytes: int) -> bytes:
    components = {readable(name, 100): status for name, status in list(message.components.items())[:_COMPONENTS]}
    data = {
        "incident": message.incident_id,
        "update": message.update_id,
        "audience": message.audience,
        "title": readable(message.title, _TITLE),
        "text": within(readable(message.text, text_bytes), text_bytes),
        "exact": to_the_letter(message.exact, _EXACT_BYTES),
        "severity": message.severity,
        "status": message.status,
        "components": components,
        "link": web_link(message.link),
    }
    told = {"type": f"incident.{message.purpose}", "data": {name: value for name, value in data.items() if value}}
    if message.at:
        told["timestamp"] = rfc3339(message.at)
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
