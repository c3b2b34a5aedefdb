"""Anything Apprise can reach as the Pager: e-mail, SMS, push, chat, for teams without PagerDuty. Opened by `app`.

Apprise waits in threads and knows no deduplication key, so the key stands in the text: a repeated call shows as one.
"""

from pydantic import Field

from tocsin.config import Secret
from tocsin.connectors.plain_text import heading, readable, uncalled
from tocsin.errors import SourceError
from tocsin.model.ground import Value

_TITLE, _TEXT, _SECONDS = 250, 2_000, 15


class AppriseConfig(Value):
    """Section `pagers.apprise`. Each URL is a secret: it holds the receiver's credentials."""

    urls: tuple[Secret, ...] = Field(min_length=1)


class ApprisePager:
    """ports.Pager over Apprise URLs; all of them are told."""

    name = "apprise"

    def __init__(self, urls: tuple[str, ...]) -> None:
        import apprise

        self._apprise = apprise.Apprise()
        for number, url in enumerate(urls):
            if not self._apprise.add(url):
                raise SourceError(
                    f"pagers.apprise.urls[{number}] is no address that Apprise knows.",
                    "See Apprise's list of services.",
                )

    async def page(self, target: str, text: str, severity: str, key: str) -> None:
        """Tells every receiver."""
        await self._tell(f"{severity} {key}", f"{text}\n{target}")

    async def acknowledge(self, key: str, by: str) -> None:
        """Tells them that somebody has it."""
        await self._tell(f"acknowledged {key}", f"{by} has it.")

    async def resolve(self, key: str) -> None:
        """Tells them that it is over."""
        await self._tell(f"over {key}", "Nobody is needed any more.")

    async def note(self, key: str, text: str) -> None:
        """Tells them what was noted."""
        await self._tell(f"note {key}", text)

    async def _tell(self, title: str, body: str) -> None:
        told = await self._apprise.async_notify(
            title=uncalled(heading(title, _TITLE)),
            body=uncalled(readable(body, _TEXT)),
            body_format="text",
            timeout=_SECONDS,
        )
        if not told:
            raise SourceError("Apprise could not tell everybody.", "Check the receivers.", code="TCS-SOURCE-APPRISE")
