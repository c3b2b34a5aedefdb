"""A Pager that only remembers: for tests, for trials, and as what the others are held to."""

from tocsin.errors import SourceError


class MemoryPager:
    """ports.Pager. `calls` are (what, key, text); `failing` makes the next so many calls fail."""

    name = "memory"

    def __init__(self, failing: int = 0) -> None:
        self.calls: list[tuple[str, str, str]] = []
        self.failing = failing

    async def page(self, target: str, text: str, severity: str, key: str) -> None:
        """Remembers a call."""
        self._take("page", key, f"{severity} {target}: {text}")

    async def acknowledge(self, key: str, by: str) -> None:
        """Remembers that somebody has it."""
        self._take("acknowledge", key, by)

    async def resolve(self, key: str) -> None:
        """Remembers that it is over."""
        self._take("resolve", key, "")

    async def note(self, key: str, text: str) -> None:
        """Remembers a note."""
        self._take("note", key, text)

    @property
    def effective(self) -> dict[tuple[str, str], str]:
        """What a receiver that honours keys is left with: one entry for each act and key."""
        return {(what, key): text for what, key, text in self.calls}

    def _take(self, what: str, key: str, text: str) -> None:
        if self.failing > 0:
            self.failing -= 1
            raise SourceError("The pager did not answer.", "Try again.")
        self.calls.append((what, key, text))
