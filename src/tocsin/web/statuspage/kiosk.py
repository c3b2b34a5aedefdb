"""The kiosk: hands out the printed page. Prints anew when there is something new to read, and not on the way of a request."""

import asyncio

from tocsin.guard.sealed import naming
from tocsin.model.statuspage import StatusPage
from tocsin.web.statuspage.board import Board
from tocsin.web.statuspage.press import Press, Printed


class Kiosk:
    """One for each process."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.press = Press(board.settings)
        self._looked: StatusPage | None = None
        self._said: object = None
        self._files: dict[str, Printed] = {}
        self._printing = asyncio.Lock()

    async def file(self, path: str) -> Printed | None:
        """The file at that path as of now. Raises StoreError only when the page could never be read."""
        page = await self.board.look()
        if page is not self._looked:
            async with self._printing:
                await self._print(page)
        return self._files.get(path)

    async def _print(self, page: StatusPage) -> None:
        if page is self._looked:
            return
        said = content(page)
        if said != self._said:
            key = await self.board.own_key()
            self._files = await asyncio.to_thread(self.press.all, page, naming(key.secret))
            self._said = said
        self._looked = page


def content(page: StatusPage) -> object:
    """All that can be read on the page: without the time of the look, but with what the clock makes of it."""
    stages = [one.stage(page.at) for one in page.maintenances]
    return (page.at.date(), page.components, page.bulletins, page.maintenances, stages)
