"""PagerDuty as the Pager: trigger, acknowledge, resolve, by its Events API v2, one deduplication key per incident.

Opened by `app`; used by the dispatcher only. Its fake lives beside it and speaks the same API over HTTP in tests.
"""

from collections.abc import Mapping

from pydantic import Field

from tocsin.config import Secret
from tocsin.connectors.http_json import HttpAccess, HttpJson
from tocsin.errors import SourceError
from tocsin.model.ground import Value

_SEVERITY = {"SEV1": "critical", "SEV2": "error", "SEV3": "warning", "SEV4": "info"}
_TEXT = 1024  # PagerDuty's own limit for a summary


class PagerDutyConfig(Value):
    """Section `pagers.pagerduty`. `routing_key` is the integration key of a service with Events API v2."""

    routing_key: Secret
    url: str = "https://events.pagerduty.com"
    timeout_seconds: float = Field(default=10, gt=0, le=60)


class PagerDuty:
    """ports.Pager. The escalation within PagerDuty is PagerDuty's; each level of ours is a fresh trigger with its text."""

    name = "pagerduty"

    def __init__(self, config: PagerDutyConfig, routing_key: str) -> None:
        access = HttpAccess(url=config.url, timeout_seconds=config.timeout_seconds)
        self._http = HttpJson(self.name, access)
        self._key = routing_key

    async def page(self, target: str, text: str, severity: str, key: str) -> None:
        """Triggers, or re-triggers under the same key, which PagerDuty keeps as one incident."""
        payload = {
            "summary": text[:_TEXT],
            "source": "tocsin",
            "severity": _SEVERITY.get(severity, "error"),
            "custom_details": {"target": target},
        }
        await self._event("trigger", key, payload)

    async def acknowledge(self, key: str, by: str) -> None:
        """Somebody has it; `by` is shown in our timeline, PagerDuty keeps its own log."""
        await self._event(
            "acknowledge", key, {"summary": f"acknowledged by {by}"[:_TEXT], "source": "tocsin", "severity": "info"}
        )

    async def resolve(self, key: str) -> None:
        """Nobody is needed any more."""
        await self._event("resolve", key, None)

    async def _event(self, action: str, key: str, payload: Mapping[str, object] | None) -> None:
        body: dict[str, object] = {"routing_key": self._key, "event_action": action, "dedup_key": key[:255]}
        if payload is not None:
            body["payload"] = payload
        async with self._http.open() as session:
            answer = await session.post_json("/v2/enqueue", dict[str, object], body)
        if answer.get("status") != "success":
            raise SourceError(
                "PagerDuty did not take the event.", "Check the routing key.", code="TCS-SOURCE-PAGERDUTY"
            )
