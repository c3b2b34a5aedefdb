"""The public side: the installation's own keys, subscribers and maintenance windows in the cellar, and how subscribers are told."""

from dataclasses import dataclass
from typing import Protocol

from tocsin.model.ground import Time, Value
from tocsin.model.maintenance import Maintenance
from tocsin.model.subscriber import Subscriber, Via


class Key(Value):
    """A secret that this installation made for itself; `made_at` is when."""

    name: str
    secret: str
    made_at: Time


class KeyStore(Protocol):
    """Keys that nobody has to configure: all processes of one store share them."""

    def get(self, name: str) -> Key | None: ...

    def put(self, key: Key) -> Key:
        """Keeps it, unless there is one of that name; the one that is kept."""
        ...


class SubscriberStore(Protocol):
    """Who is told what customers are told. Only confirmed ones are kept."""

    def put(self, subscriber: Subscriber) -> bool:
        """Keeps it; False when that address is kept already, and then only its components change."""
        ...

    def get(self, subscriber_id: str) -> Subscriber | None: ...

    def find(self, via: Via, address: str) -> Subscriber | None: ...

    def page(self, after: str = "", limit: int = 500) -> list[Subscriber]:
        """Those whose id comes after that one, by id."""
        ...

    def remove(self, subscriber_id: str) -> bool:
        """Forgets it; False when there is none of that id."""
        ...


class MaintenanceStore(Protocol):
    """Maintenance windows, approved or not."""

    def put(self, window: Maintenance) -> None:
        """Keeps or replaces by id."""
        ...

    def get(self, window_id: str) -> Maintenance | None: ...

    def all(self) -> list[Maintenance]:
        """The one that starts first, first."""
        ...


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one address, in plain text. `key` makes a repeated one recognisable, `thread` keeps an incident's together.

    `unsubscribe` is where one click ends it, "" for a mail that was asked for a moment ago.
    """

    key: str
    to: str
    subject: str
    text: str
    thread: str = ""
    unsubscribe: str = ""


class Mailbox(Protocol):
    """Sends mail to people who are no part of the house."""

    async def mail(self, letter: Mail) -> None:
        """Raises errors.SourceError, `refused` where that address takes no mail and never will."""
        ...


class Hooks(Protocol):
    """Calls addresses that strangers gave."""

    async def call(self, url: str, name: str, body: bytes, secret: str) -> bytes:
        """Posts it, signed with that secret; the body of an answer that is a success.

        Raises errors.SourceError, `refused` where the address must not be called, or says that it is gone.
        """
        ...
