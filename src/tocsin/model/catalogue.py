"""The service catalogue: what runs here, how much it matters, who owns it, what it needs. People write it; triage trusts it."""

from functools import cached_property
from hashlib import sha256
from typing import Annotated

from pydantic import BeforeValidator, Field

from tocsin.model.chain import canonical
from tocsin.model.ground import Value


def _listed(value: object) -> object:
    """One name may be written without brackets."""
    return (value,) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]
"""One name or several."""


class Service(Value):
    """One service. `tier` 0 is the most important; `public_name` is the only name customers may read."""

    name: str
    aliases: tuple[str, ...] = ()
    tier: int = Field(default=2, ge=0, le=4)
    revenue: bool = False
    owner: str = ""
    public_name: str = ""
    depends_on: tuple[str, ...] = ()
    runbooks: tuple[str, ...] = ()
    workaround: str = ""
    """How customers get by while it is broken; "" when they cannot."""
    resources: dict[str, Names] = Field(default_factory=dict)
    """What belongs to it, by the word runbooks use: `{database: prod-db-01, namespace: shop, host: [app-1, app-2]}`."""


class Catalogue(Value):
    """All services known by name. An unknown service is not an error: it is simply not known to matter more."""

    services: tuple[Service, ...] = ()
    resources: dict[str, Names] = Field(default_factory=dict)
    """What all services share, by the same words: `{waf: edge-waf, identity_provider: sso}`."""

    @cached_property
    def _by_name(self) -> dict[str, Service]:
        return {name.lower(): one for one in self.services for name in (*one.aliases, one.name)}

    @cached_property
    def digest(self) -> str:
        """SHA-256 over everything it lists."""
        return sha256(canonical(self.model_dump(mode="json")).encode()).hexdigest()

    def find(self, name: str) -> Service | None:
        """The service of that name or alias, whatever the case."""
        return self._by_name.get(name.lower())

    @cached_property
    def calls(self) -> tuple[tuple[str, str], ...]:
        """Who needs whom, as (caller, callee), both by the names of the catalogue in lower case."""
        names = {name: one.name.lower() for name, one in self._by_name.items()}
        return tuple(
            (one.name.lower(), names.get(needed.lower(), needed.lower()))
            for one in self.services
            for needed in one.depends_on
        )

    def neighbours(self, name: str) -> frozenset[str]:
        """Names of the services it calls or that call it."""
        one = self.find(name)
        if one is None:
            return frozenset()
        callers = {other.name for other in self.services if one.name in other.depends_on}
        return frozenset(callers | set(one.depends_on))
