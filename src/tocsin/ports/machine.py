"""The machine as a door: where time and new names come from, and how alerts come in. Adapters: `connectors`, `sources`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from tocsin.model.alert import Alert, Delivery


class Clock(Protocol):
    """Where time comes from. Nobody else may ask the operating system."""

    def now(self) -> datetime:
        """The time, in UTC."""
        ...


class Names(Protocol):
    """Where new identifiers come from, so that tests can foresee them."""

    def new(self, prefix: str) -> str:
        """A fresh identifier, such as `INC-20261121-7F3K2A`."""
        ...


class Source(Protocol):
    """One vendor's webhook. Pure: bytes in, alerts out; the entry-point group is `tocsin.sources`."""

    name: str

    def recognises(self, delivery: Delivery) -> bool:
        """True when this body can only be this vendor's; `/hooks/auto` asks every source in turn."""
        ...

    def parse(self, delivery: Delivery) -> Sequence[Alert]:
        """The alerts in the body, times in UTC, `delivery_id` and `received_at` taken from the delivery.

        Raises errors.Unreadable with what is wrong. An empty sequence means: understood, and nothing to alert on.
        """
        ...
