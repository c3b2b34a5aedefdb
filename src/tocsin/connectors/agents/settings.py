"""Section `agents`: which remote agents may be spoken to, with which secrets, and how long one may be silent."""

import ipaddress
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from pydantic import Field

from tocsin.config import Secret
from tocsin.errors import DataError
from tocsin.model.ground import Value
from tocsin.ports import AgentName, Transport

SCHEMES = {"http": False, "https": True, "nats": False, "tls": True, "grpc": False, "grpcs": True, "": True}
"""Of addresses, and whether what is said there is encrypted. A gRPC address without one is."""


class DeclaredAgent(Value):
    """An agent that the configuration lets in: its card is accepted when it is first read."""

    url: str
    transport: Transport | None = None
    bearer: Secret | None = None


class AgentsSettings(Value):
    """Section `agents`."""

    known: dict[AgentName, DeclaredAgent] = Field(default_factory=dict)
    """Agents declared here, by the name that documents use."""
    hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "::1")
    """Hosts that agents may be registered at, with wildcards; those of `known` are spoken to besides."""
    secrets: dict[str, Secret] = Field(default_factory=dict)
    """Names of secrets, as registrations use them, to where they are kept."""
    seconds: float = Field(default=20, gt=0, le=600)
    """What an agent has for a task, unless its document says less."""
    heartbeat_seconds: float = Field(default=2, gt=0, le=60)
    """How often an agent at work is asked for a sign of life, and how long one may take."""
    misses: int = Field(default=2, ge=1, le=20)
    """So many signs of life in a row may be missing; then the agent is lost."""
    ca_file: str = ""
    """Certificates that queues at `tls://` are believed by; "" for those of the system."""
    answer_bytes: int = Field(default=262_144, ge=1_024, le=16_777_216)
    task_characters: int = Field(default=100_000, ge=1_000, le=1_000_000)
    """What is sent of evidence with a task."""


def allowed(settings: AgentsSettings, url: str, *, secret: bool) -> str:
    """The address, when it may be spoken to. Raises DataError: for its host, or a secret it would carry in the clear."""
    parts = urlsplit(url if "//" in url else f"//{url}")
    host = parts.hostname or ""
    if parts.scheme not in SCHEMES or not host or parts.username or parts.password:
        raise DataError(f"{url[:80]!r} is no address of an agent.", "Write https://HOST or tls://HOST:PORT/NAME.")
    declared = {urlsplit(one.url).hostname for one in settings.known.values()}
    if host not in declared and not any(fnmatchcase(host, one) for one in settings.hosts):
        what = f"agents at {host} may not be spoken to."
        raise DataError(what, "Add the host under `agents.hosts`.", code="TCS-AGENT-HOST")
    if secret and not SCHEMES[parts.scheme] and not is_here(host):
        what = f"a secret would go to {host} in the clear."
        raise DataError(what, "Use https, tls or grpcs.", code="TCS-AGENT-CLEAR")
    return url


def is_here(host: str) -> bool:
    """True for this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
