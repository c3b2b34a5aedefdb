"""A receiver of signed webhooks: verifies with the reference library, and counts a delivery once by its id."""

import json

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tests.receivers.faulty import Answered, Asked


class WebhookReceiver:
    """`deliveries` is what it has, by webhook-id; `secret` is the one it knows."""

    def __init__(self, secret):
        self.secret = secret
        self.deliveries = {}
        self.received = 0

    def __call__(self, asked: Asked) -> Answered:
        try:
            told = Webhook(self.secret).verify(asked.body, dict(asked.headers))
        except WebhookVerificationError:
            return Answered(401, {"error": "invalid signature"})
        if len(asked.body) > 20_000:
            return Answered(413)
        self.received += 1
        self.deliveries[asked.headers["webhook-id"]] = told
        return Answered(200, {"ok": True})

    def shown(self):
        return [f"{one['data'].get('title', '')}\n{one['data'].get('text', '')}" for one in self.deliveries.values()]

    def effects(self):
        """JSON has no markup; what could take effect is a field that is not ours."""
        allowed = {"type", "timestamp", "data"}
        return [name for one in self.deliveries.values() for name in one if name not in allowed]

    def raw(self):
        return json.dumps(self.deliveries)
