"""A receiver of Apprise's own JSON notifications, standing for the many services that Apprise speaks to."""

import re

from tests.receivers.faulty import Answered, Asked


class AppriseEnd:
    """`notes` are title and text of each notification. The secret is in the address."""

    def __init__(self, secret="apprise-secret"):
        self.secret = secret
        self.notes = []

    def __call__(self, asked: Asked) -> Answered:
        if not asked.path.startswith(f"/{self.secret}"):
            return Answered(401)
        told = asked.json
        self.notes.append((told["title"], told["message"]))
        return Answered(200)

    def shown(self):
        return [f"{title}\n{text}" for title, text in self.notes]

    def effects(self):
        """What would call somebody in any chat."""
        return re.findall(r"@\w+|<[@!#]\w+", "\n".join(self.shown()))
