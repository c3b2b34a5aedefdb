"""Anything Apprise can reach as the Channel: chat, SMS, push, wherever there is no channel of its own. Opened by `channels`.

Apprise sends and forgets: it edits nothing, threads nothing and knows no key, so a message may show twice after a crash.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import Field

from tocsin.config import Config, Secret
from tocsin.connectors.plain_text import POSSIBLY_REPEATED, readable, to_the_letter, uncalled, web_link
from tocsin.errors import ConfigError, SourceError
from tocsin.model.ground import Value
from tocsin.model.update import Audience
from tocsin.ports import Message, Purpose, Receipt

if TYPE_CHECKING:
    import apprise

_TITLE, _TEXT = 250, 4_000


class AppriseChannelConfig(Value):
    """Section `channels.apprise`. `to` names, for each audience, its Apprise URLs; each is a secret."""

    to: dict[Audience, tuple[Secret, ...]] = Field(min_length=1)
    timeout_seconds: float = Field(default=15, gt=0, le=25)

    @property
    def audiences(self) -> frozenset[Audience]:
        """Whom it reaches."""
        return frozenset(self.to)


class AppriseChannel:
    """ports.Channel over Apprise URLs. All of an audience's are told; one that takes it is enough, the others are named."""

    name = "apprise"

    def __init__(self, to: Mapping[Audience, tuple[str, ...]], timeout_seconds: float = 15) -> None:
        """Raises ConfigError for a URL that Apprise does not know."""
        self._to = {audience: _receivers(audience, urls) for audience, urls in to.items()}
        self._timeout = timeout_seconds

    @classmethod
    def opened(cls, settings: AppriseChannelConfig, config: Config) -> "AppriseChannel":
        """With its secrets. Raises ConfigError."""
        to = {
            audience: tuple(
                config.secret(url, f"channels.apprise.to.{audience}[{number}]") for number, url in enumerate(urls)
            )
            for audience, urls in settings.to.items()
        }
        return cls(to, settings.timeout_seconds)

    async def send(self, message: Message) -> Receipt:
        """Tells every receiver of the audience."""
        if message.purpose in (Purpose.ROOM, Purpose.DECIDED):
            return Receipt()
        receivers = self._to.get(Audience(message.readers))
        if receivers is None:
            what = f"apprise has no receivers for {message.readers}."
            raise SourceError(what, "Name them under channels.apprise.to.", refused=True)
        again = POSSIBLY_REPEATED if message.repeated else ""
        parts = (readable(message.text, _TEXT), to_the_letter(message.exact, _TEXT), web_link(message.link), again)
        told = await receivers.async_notify(
            title=uncalled(readable(message.title, _TITLE)),
            body=uncalled("\n\n".join(part for part in parts if part)) or " ",
            body_format="text",
            timeout=self._timeout,
        )
        missed = ", ".join(sorted(one.name for one in told if not one))
        if not any(told):
            raise SourceError(f"apprise reached nobody ({missed}).", "Check its URLs.", code="TCS-SOURCE-APPRISE")
        return Receipt(missed=missed)


def _receivers(audience: Audience, urls: tuple[str, ...]) -> "apprise.Apprise":
    import apprise  # here, because it takes a second that most commands need not pay

    made = apprise.Apprise()
    for number, url in enumerate(urls):
        if not made.add(url):
            where = f"channels.apprise.to.{audience}[{number}]"
            raise ConfigError(where, "holds no address that Apprise knows.", "See Apprise's list of services.")
    return made
