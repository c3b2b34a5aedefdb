"""Section `serve`: where the face listens and what it accepts. Read by `app`; builds nothing."""

import ipaddress

from pydantic import Field, PositiveFloat, PositiveInt

from tocsin.config import Secret
from tocsin.errors import ConfigError
from tocsin.model.ground import Value

_SHORTEST_TOKEN = 16


class DeadLetterBounds(Value):
    """How many refused bodies are kept, how many bytes of them in all, and how many bytes of one."""

    most: PositiveInt = 1000
    most_bytes: PositiveInt = 50_000_000
    keep_bytes: PositiveInt = 262_144


class StreamSettings(Value):
    """Event streams: how often the store is asked, how often silence is broken, how many may listen."""

    poll_seconds: PositiveFloat = 1
    heartbeat_seconds: PositiveFloat = 15
    clients: PositiveInt = 200


class ServeSettings(Value):
    """Section `serve`."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    token: Secret | None = None
    hosts: tuple[str, ...] = ()
    max_body_bytes: PositiveInt = 1_000_000
    max_alerts: PositiveInt = 2000
    read_seconds: PositiveFloat = 10
    in_flight_bytes: PositiveInt = 64_000_000
    dead_letters: DeadLetterBounds = DeadLetterBounds()
    events: StreamSettings = StreamSettings()


def is_loopback(host: str) -> bool:
    """True when only this machine can reach that address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_exposure(host: str, token: str) -> None:
    """Raises ConfigError for an address beyond this machine without a token, or with one that can be guessed."""
    if token and len(token) < _SHORTEST_TOKEN:
        what = f"the token has fewer than {_SHORTEST_TOKEN} characters."
        raise ConfigError("serve.token", what, "Make one with `openssl rand -hex 32`.")
    if not token and not is_loopback(host):
        what = f"refusing to listen on {host} without a token."
        raise ConfigError("serve.token", what, "Set serve.token to { env: TOCSIN_TOKEN }, or listen on 127.0.0.1.")
