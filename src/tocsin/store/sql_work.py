"""Steps carried out and workers in charge, in SQL: what makes a step happen once and fences whoever was away. A part of the ledger.

The writers' lock of the store orders every sign-on, dismissal, tick and fenced write, so to look first and write then is safe.
"""

from sqlalchemy import Connection, bindparam, select, update

from tocsin.ports import Worker
from tocsin.store.inserts import put_once, replace
from tocsin.store.tables import steps, workers
from tocsin.store.work import taken_over

_DONE = select(steps.c.key).where(steps.c.incident_id == bindparam("of"))
_KNOWN = select(workers).where(workers.c.name == bindparam("named"))


class SqlSteps:
    """ports.StepStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def done(self, incident_id: str) -> frozenset[str]:
        """The keys that are ticked."""
        return frozenset(self._connection.execute(_DONE, {"of": incident_id}).scalars())

    def tick(self, incident_id: str, key: str) -> bool:
        """False when it was ticked before."""
        return put_once(self._connection, steps, {"incident_id": incident_id, "key": key}, "incident_id", "key")


class SqlWorkers:
    """ports.WorkerStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def sign_on(self, name: str) -> Worker:
        """A new epoch for that name."""
        known = self._connection.execute(_KNOWN, {"named": name}).first()
        worker = Worker(name, known.epoch + 1 if known else 1, present=True)
        replace(self._connection, workers, {"name": name, "epoch": worker.epoch, "present": 1, "beats": 0})
        return worker

    def beat(self, worker: Worker) -> None:
        """Raises TakenOver when that incarnation is over."""
        if not self._change(worker, beats=workers.c.beats + 1):
            raise taken_over(worker)

    def require(self, worker: Worker) -> None:
        """Raises TakenOver when that incarnation is over."""
        known = self._connection.execute(_KNOWN, {"named": worker.name}).first()
        if known is None or not known.present or known.epoch != worker.epoch:
            raise taken_over(worker)

    def dismiss(self, worker: Worker) -> bool:
        """False when it was over already."""
        return self._change(worker, epoch=workers.c.epoch + 1, present=0)

    def all(self) -> list[Worker]:
        """By name."""
        found = self._connection.execute(select(workers).order_by(workers.c.name))
        return [Worker(row.name, row.epoch, bool(row.present), row.beats) for row in found]

    def _change(self, worker: Worker, **values: object) -> bool:
        named = (workers.c.name == worker.name, workers.c.epoch == worker.epoch, workers.c.present == 1)
        return self._connection.execute(update(workers).where(*named).values(values)).rowcount == 1
