"""Agent cards of the A2A protocol, read. The same document on every transport; agents on a queue answer it there. Pure."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from pydantic import ValidationError

from tocsin.errors import SourceError
from tocsin.ports import AgentCard, Capability, Transport

EXTENSION = "urn:tocsin:agent:v1"
"""The extension by which a card says the JSON Schemas of its roles: `params.roles.ROLE.input` and `.output`."""
BINDINGS = {
    "JSONRPC": Transport.A2A_JSONRPC,
    "HTTP+JSON": Transport.A2A_HTTP,
    "GRPC": Transport.A2A_GRPC,
    "urn:tocsin:nats": Transport.NATS,
}


def card_of(name: str, data: object, wanted: Transport | None) -> AgentCard:
    """The card; by the wanted transport, or the first it names that we speak. Raises SourceError for what is none."""
    if not isinstance(data, Mapping):
        raise _wrong(name, "is no JSON object")
    try:
        offered = [
            (BINDINGS[one["protocolBinding"]], one) for one in _interfaces(data) if one["protocolBinding"] in BINDINGS
        ]
        chosen = next(((how, one) for how, one in offered if wanted in (None, how)), None)
        if chosen is None:
            names = ", ".join(how for how, _ in offered) or "nothing we speak"
            raise _wrong(name, f"offers {names}, not {wanted or 'a transport of ours'}")
        how, where = chosen
        return AgentCard(
            title=data.get("name") or "",
            description=data.get("description") or "",
            version=str(data.get("version") or ""),
            transport=how,
            address=where["url"],
            protocol=str(where.get("protocolVersion") or "1.0"),
            plays=_plays(data),
            digest=_digest(data),
        )
    except (ValidationError, KeyError, TypeError, AttributeError) as failure:
        raise _wrong(name, f"cannot be read ({type(failure).__name__})") from failure


def _interfaces(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Where it can be reached, as revision 1.0 says it, or 0.3."""
    if data.get("supportedInterfaces") or not data.get("url"):
        return list(data.get("supportedInterfaces") or ())
    version = data.get("protocolVersion") or "0.3.0"
    first = {"url": data["url"], "transport": data.get("preferredTransport") or "JSONRPC"}
    return [
        {"url": one["url"], "protocolBinding": one["transport"], "protocolVersion": version}
        for one in (first, *(data.get("additionalInterfaces") or ()))
    ]


def _plays(data: Mapping[str, Any]) -> tuple[Capability, ...]:
    """Its skills: the id of each is the role."""
    extensions = (data.get("capabilities") or {}).get("extensions") or ()
    ours: Mapping[str, Any] = next((one.get("params") or {} for one in extensions if one.get("uri") == EXTENSION), {})
    schemas = ours.get("roles") or {}
    return tuple(
        Capability(
            role=one["id"],
            description=one.get("description") or "",
            input=(schemas.get(one["id"]) or {}).get("input"),
            output=(schemas.get(one["id"]) or {}).get("output"),
        )
        for one in data.get("skills") or ()
    )


def _digest(data: Mapping[str, Any]) -> str:
    unsigned = {name: value for name, value in data.items() if name != "signatures"}
    return sha256(json.dumps(unsigned, sort_keys=True).encode()).hexdigest()


def _wrong(name: str, why: str) -> SourceError:
    return SourceError(
        f"the card of agent {name} {why}.", "See docs/agents.md for what a card says.", code="TCS-AGENT-CARD"
    )
