"""Calls the webhooks of subscribers: addresses that strangers typed, so by the guarded client, signed by Standard Webhooks.

Every failure is the stranger's own: it names no address, asks nobody to wait, and holds up nobody else.
"""

from tocsin.connectors.outbound import Outbound
from tocsin.connectors.webhook_signature import key_of, signed
from tocsin.errors import SourceError
from tocsin.ports import Clock

_GONE = 410


class SubscriberHooks:
    """ports.Hooks."""

    def __init__(self, outbound: Outbound, clock: Clock) -> None:
        self._outbound, self._clock = outbound, clock

    async def call(self, url: str, name: str, body: bytes, secret: str) -> bytes:
        """One signed POST."""
        headers = signed(name, int(self._clock.now().timestamp()), body, (key_of(secret),))
        try:
            answer = await self._outbound.post(url, body, {**headers, "Content-Type": "application/json"})
        except SourceError as failure:
            refused = failure.refused
            raise SourceError("A subscriber's webhook could not be called.", "", refused=refused) from failure
        if answer.status == _GONE:
            raise SourceError("A subscriber's webhook is gone.", "", code="TCS-SOURCE-GONE", refused=True)
        if not 200 <= answer.status < 300:
            raise SourceError(f"A subscriber's webhook answered {answer.status}.")
        return answer.body
