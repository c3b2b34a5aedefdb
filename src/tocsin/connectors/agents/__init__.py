"""Remote agents: over A2A in its three bindings, and behind a queue. One adapter for each, opened by `AgentLines`.

An agent is spoken to only where the section `agents` lets it be. Made by `app`; asked by whoever registers agents and by the
players of `roles.agents`. It decides nothing: what an agent answers is checked there.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

from tocsin.config import Config
from tocsin.connectors.agents.a2a import A2aAgent
from tocsin.connectors.agents.queue import QueueAgent
from tocsin.connectors.agents.settings import AgentsSettings, allowed
from tocsin.errors import DataError
from tocsin.ports import Registration, RemoteAgent, Transport

__all__ = ["AgentLines", "AgentsSettings"]


class AgentLines:
    """ports.Lines."""

    def __init__(self, settings: AgentsSettings, config: Config) -> None:
        self._settings, self._config = settings, config
        self._open: dict[tuple[str, str, str], RemoteAgent] = {}

    @property
    def declared(self) -> Sequence[tuple[str, str, Transport | None]]:
        """Those of `agents.known`."""
        return [(name, one.url, one.transport) for name, one in self._settings.known.items()]

    def reach(self, name: str, url: str, transport: Transport | None, secret: str) -> RemoteAgent:
        """Raises DataError, ConfigError for a missing secret."""
        token = self._secret(name, url, secret)
        allowed(self._settings, url, secret=bool(token))
        queue = urlsplit(url).scheme in ("nats", "tls")
        if transport is not None and queue is not (transport is Transport.NATS):
            raise DataError(f"{url[:80]} is no address for {transport}.", "Queues are nats:// or tls://, A2A is http.")
        if queue:
            return QueueAgent(name, url, self._settings, token)
        return A2aAgent(name, url, transport, self._settings, token)

    def agent(self, registered: Registration) -> RemoteAgent:
        """The same line at each asking: it remembers what was done."""
        key = (registered.name, registered.card.digest, registered.secret)
        if key not in self._open:
            agent = self.reach(registered.name, registered.url, registered.card.transport, registered.secret)
            if isinstance(agent, A2aAgent):
                agent.accepted = registered.card
            self._open[key] = agent
        return self._open[key]

    def _secret(self, name: str, url: str, secret: str) -> str:
        """The named secret, or a declared agent's own, which goes to its declared address only."""
        declared = self._settings.known.get(name)
        if not secret:
            own = declared.bearer if declared and declared.url == url else None
            return self._config.secret(own, f"agents.known.{name}.bearer") if own else ""
        if secret not in self._settings.secrets:
            what = f"the secret {secret[:60]!r} is kept nowhere."
            raise DataError(what, f"Add it under `agents.secrets.{secret[:60]}`.", code="TCS-AGENT-SECRET")
        return self._config.secret(self._settings.secrets[secret], f"agents.secrets.{secret}")
