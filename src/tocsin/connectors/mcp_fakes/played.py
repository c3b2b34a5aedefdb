"""What the played servers answer: one incident of a payments service whose database failed over, as each of them sees it."""

from dataclasses import dataclass, field
from typing import Any

from mcp.server.mcpserver import MCPServer

ALERT = """High error rate on payments-api
Severity: High
Service: payments-api
Triggered: 2026-04-23T02:45:00Z
Description: Error rate on payments-api exceeded 5% threshold. Current rate: 12.3% 5xx responses over the last 5 minutes.
Alert count: 47 alerts in the last 8 minutes"""
REFUSED = "postgres-primary:5432 - connection refused"


@dataclass(slots=True)
class Played:
    """A server and what it was asked, in order."""

    server: MCPServer
    token: str = ""
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


def pagerduty(token: str = "") -> Played:
    """`get_incident`, `list_incidents`, `acknowledge_incident`."""
    played = Played(MCPServer("pagerduty"), token)

    @played.server.tool(description="Get one incident by its id.")
    def get_incident(incident_id: str) -> dict[str, Any]:
        played.asked.append(("get_incident", {"incident_id": incident_id}))
        return {"id": incident_id, "status": "triggered", "service": "payments-api", "details": ALERT}

    @played.server.tool(description="List open incidents.")
    def list_incidents(limit: int = 10) -> list[dict[str, Any]]:
        played.asked.append(("list_incidents", {"limit": limit}))
        return [{"id": "P-48291", "status": "triggered", "service": "payments-api"}]

    @played.server.tool(description="Acknowledge an incident.")
    def acknowledge_incident(incident_id: str) -> dict[str, str]:
        played.asked.append(("acknowledge_incident", {"incident_id": incident_id}))
        return {"id": incident_id, "status": "acknowledged"}

    return played


def grafana() -> Played:
    """`query_logs` and `query_metrics`."""
    played = Played(MCPServer("grafana"))

    @played.server.tool(description="Error logs of a service over the last minutes.")
    def query_logs(service: str, query: str = "error", minutes: int = 15) -> str:
        played.asked.append(("query_logs", {"service": service, "query": query, "minutes": minutes}))
        lines = [f"2026-04-23T02:4{7 + at}:1{at}Z ERROR {service} {REFUSED}" for at in range(3)]
        return "312 error entries between 02:47 and 02:50 UTC, the newest:\n" + "\n".join(lines)

    @played.server.tool(description="A metric of a service over the last minutes.")
    def query_metrics(service: str, metric: str = "error_rate") -> str:
        played.asked.append(("query_metrics", {"service": service, "metric": metric}))
        return (
            f"{metric} of {service}: 02:40 0.1%, 02:45 0.1%, 02:47 0.1% (annotation: PostgreSQL primary failover started,"
            " all connections of the pool in use 100/100), 02:48 6.8%, 02:50 12.3%"
        )

    return played


def slack() -> Played:
    """`post_message` and `list_channels`."""
    played = Played(MCPServer("slack"))

    @played.server.tool(description="Post a message to a channel.")
    def post_message(channel: str, text: str) -> dict[str, Any]:
        played.asked.append(("post_message", {"channel": channel, "text": text}))
        return {"ok": True, "channel": channel, "ts": f"17456{len(played.asked):05d}.000100"}

    @played.server.tool(description="List channels.")
    def list_channels() -> list[str]:
        played.asked.append(("list_channels", {}))
        return ["#incidents", "#general"]

    return played
