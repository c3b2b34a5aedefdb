"""Section `messages`: whose templates, where each audience is served, whose agreement is legal's, what our customers' words are."""

from pydantic import Field, field_validator

from tocsin.model.ground import Value
from tocsin.model.update import Audience

PAGE = "page"
"""The name of our own status page among the channels. It is a fold of what was published; what it gets as a letter goes on
to those who subscribed to it."""


def _on_our_page() -> dict[Audience, tuple[str, ...]]:
    return {Audience.EXTERNAL: (PAGE,)}


class MessageSettings(Value):
    """Section `messages`. How often, and what goes out by itself, is told in section `cadence`."""

    templates: str = ""
    """A folder whose `NAME.txt` files replace the shipped templates, file by file."""
    audiences: dict[Audience, tuple[str, ...]] = Field(default_factory=_on_our_page)
    """Where each audience is served, by the names of configured channels; `page` is our own status page."""
    legal: tuple[str, ...] = ()
    """Whose agreement counts as legal's; nobody named: whoever is noted to have given it."""
    vendors: tuple[str, ...] = ()
    """Other companies that this one depends on, besides the well-known ones: messages do not put the trouble at their door."""
    customer_words: tuple[str, ...] = ()
    """Technical words that these customers use themselves (their product is a database, say): no jargon to them."""
    url: str = ""
    """Under which address people reach this service: what links in messages begin with."""

    @field_validator("url")
    @classmethod
    def _address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("write an address that begins with https://")
        return value.rstrip("/")
