"""What the stores say of a worker whose time is over: one sentence for all of them."""

from tocsin.errors import TakenOver
from tocsin.ports import Worker


def taken_over(worker: Worker) -> TakenOver:
    """The refusal of anything that this incarnation still wants to write."""
    return TakenOver(
        f"the worker {worker.incarnation} is no longer in charge.", "It was away too long; it signs on again by itself."
    )
