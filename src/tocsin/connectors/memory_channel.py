"""A Channel that only remembers: for tests, for trials, and as what the others are held to. It honours keys and edits in place."""

from tocsin.errors import SourceError
from tocsin.ports import Message, Purpose, Receipt


class MemoryChannel:
    """ports.Channel. `shown` is what a reader sees: ref to the newest words; `failing` makes the next so many sends fail."""

    def __init__(self, name: str = "memory", failing: int = 0) -> None:
        self.name = name
        self.failing = failing
        self.sent: list[Message] = []
        self.shown: dict[str, Message] = {}
        self._receipts: dict[str, Receipt] = {}

    async def send(self, message: Message) -> Receipt:
        """Remembers it; the same key again is answered as before. A summary replaces the one before it."""
        if self.failing > 0:
            self.failing -= 1
            raise SourceError(f"{self.name} did not answer.", "Try again.")
        if message.key not in self._receipts:
            edited = message.known.get(message.purpose) if message.purpose is Purpose.SUMMARY else None
            ref = edited or f"{message.incident_id}/{len(self.shown) + 1}"
            self._receipts[message.key] = Receipt(ref=ref, link=f"memory:{ref}")
            self.sent.append(message)
            if message.purpose is not Purpose.DECIDED:  # that takes buttons away, and says nothing new
                self.shown[ref] = message
        return self._receipts[message.key]
