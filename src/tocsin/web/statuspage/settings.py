"""Section `statuspage`: what the page is called, where it is found, how much it shows. Read by `app`; builds nothing."""

import ipaddress
from typing import Annotated

from pydantic import AfterValidator, Field, field_validator

from tocsin.model.ground import Value
from tocsin.model.subscriber import Via


def _network(text: str) -> str:
    ipaddress.ip_network(text)
    return text


class Listen(Value):
    """An address of the page's own, on which there is nothing but the page."""

    host: str = "127.0.0.1"
    port: int = Field(default=8081, ge=0, le=65535)


class StatusPageSettings(Value):
    """Section `statuspage`."""

    beside_api: bool = True
    """Is it on the face's own address, too, under /status?"""
    listen: Listen | None = None
    name: str = Field(default="Service status", min_length=1, max_length=100)
    url: str = Field(default="", max_length=200)
    """Where customers find it, `https://status.example.com`: what links in feeds, mails and JSON begin with."""
    subscribe: frozenset[Via] = frozenset(Via)
    """How people may subscribe, where `url` is set; by e-mail only where `channels.email` is."""
    reports: bool = True
    """Is there a form on which customers report problems?"""
    proxies: tuple[Annotated[str, AfterValidator(_network)], ...] = ()
    """Networks of proxies of your own, which say for whom they ask."""
    days: int = Field(default=90, ge=7, le=365)
    cache_seconds: int = Field(default=15, ge=0, le=3600)
    """So long may browsers and proxies keep it before they ask again."""

    @field_validator("url")
    @classmethod
    def _an_address(cls, url: str) -> str:
        if url and not url.startswith(("https://", "http://")):
            raise ValueError("give an address that begins with https://")
        return url.rstrip("/")
