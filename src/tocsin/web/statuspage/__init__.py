"""The status page: what customers see. Public, without a token, without a script; beside the API or all by itself.

It shows what `model.statuspage` folds from published messages, approved maintenance windows and public names. It has no way to
anything else: `board` reads, `press` prints, `routes` hand out what is printed.
"""

from tocsin.web.statuspage.board import Board
from tocsin.web.statuspage.settings import StatusPageSettings

__all__ = ["Board", "StatusPageSettings"]
