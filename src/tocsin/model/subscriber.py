"""Subscribers: whoever asked to hear of what customers are told, and proved that the address is theirs."""

from enum import StrEnum

from tocsin.model.ground import Time, Value


class Via(StrEnum):
    """How they are told."""

    EMAIL = "email"
    WEBHOOK = "webhook"


class Subscriber(Value):
    """One address. `components` are the public names they want to hear of; none means all."""

    id: str
    via: Via
    address: str
    components: tuple[str, ...] = ()
    confirmed_at: Time

    def wants(self, components: frozenset[str]) -> bool:
        """Does a message about these components concern them? One that names none concerns everybody."""
        return not self.components or not components or bool(components & set(self.components))


class Masthead(Value):
    """What the page is called, and where customers find it."""

    name: str
    url: str
