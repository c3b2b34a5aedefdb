"""The course: which move an incident needs next, from what is due in each stage. Pure; called by `response` at every look.

See `model.move` for the contract between this module and the stages.
"""

from collections.abc import Iterable

from tocsin.model.move import Leave, Move, Wait


def first(due: Iterable[Move | None], done: frozenset[str]) -> Move:
    """The first move that is not carried out yet; when there is none, to wait until the earliest time any of them names."""
    waits: list[Wait] = []
    for move in due:
        match move:
            case None:
                continue
            case Wait():
                waits.append(move)
            case Leave():
                return move
            case _ if move.key in done:
                waits.append(Wait(until=move.again_at))
            case _:
                return move
    return Wait(until=min((one.until for one in waits if one.until is not None), default=None))
