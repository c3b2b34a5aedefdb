"""The work itself, in memory: steps that are ticked, workers in charge. A part of the store in memory."""

from dataclasses import replace

from tocsin.ports import Worker
from tocsin.store.shelves import Shelves
from tocsin.store.work import taken_over


class MemorySteps:
    """ports.StepStore."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves

    def done(self, incident_id: str) -> frozenset[str]:
        """The keys that are ticked."""
        return self._shelves.steps.get(incident_id, frozenset())

    def tick(self, incident_id: str, key: str) -> bool:
        """False when it was ticked before."""
        self._shelves.writing()
        known = self.done(incident_id)
        self._shelves.steps[incident_id] = known | {key}
        return key not in known


class MemoryWorkers:
    """ports.WorkerStore."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves

    def sign_on(self, name: str) -> Worker:
        """A new epoch for that name."""
        known = self._shelves.workers.get(name)
        return self._put(Worker(name, known.epoch + 1 if known else 1, present=True))

    def beat(self, worker: Worker) -> None:
        """Raises TakenOver when that incarnation is over."""
        self.require(worker)
        known = self._shelves.workers[worker.name]
        self._put(replace(known, beats=known.beats + 1))

    def require(self, worker: Worker) -> None:
        """Raises TakenOver when that incarnation is over."""
        known = self._shelves.workers.get(worker.name)
        if known is None or not known.present or known.epoch != worker.epoch:
            raise taken_over(worker)

    def dismiss(self, worker: Worker) -> bool:
        """False when it was over already."""
        known = self._shelves.workers.get(worker.name)
        if known is None or not known.present or known.epoch != worker.epoch:
            return False
        self._put(replace(known, epoch=known.epoch + 1, present=False))
        return True

    def all(self) -> list[Worker]:
        """By name."""
        return [worker for _, worker in sorted(self._shelves.workers.items())]

    def _put(self, worker: Worker) -> Worker:
        self._shelves.writing()
        self._shelves.workers[worker.name] = worker
        return worker
