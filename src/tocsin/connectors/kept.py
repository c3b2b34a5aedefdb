"""What tocsin knows by itself: changes reported to it, and the service catalogue, as windows like any other. Opened by `app`."""

from tocsin.connectors import change_rows, edge_rows
from tocsin.model.catalogue import Catalogue
from tocsin.model.change import Change
from tocsin.model.ground import rfc3339
from tocsin.model.signals import Topology
from tocsin.ports import Ask, Reply, Store


class KeptChanges:
    """ChangeSource over the changes that were posted to `/hooks/changes`."""

    name = "reported changes"

    def __init__(self, store: Store) -> None:
        self._store = store

    async def changes(self, ask: Ask) -> Reply[tuple[Change, ...]]:
        """The changes of the asked services within the asked time, newest first."""
        found = await self._store.read(lambda ledger: ledger.changes.between(ask.start, ask.end, ask.services))
        services = ", ".join(ask.services) or "all services"
        query = f"changes of {services} from {rfc3339(ask.start)} to {rfc3339(ask.end)}"
        return Reply(self.name, query, change_rows.written(found), change_rows.read)


class CatalogueTopology:
    """TopologySource over what people wrote down in the service catalogue."""

    name = "catalogue"

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    async def topology(self, ask: Ask) -> Reply[Topology]:  # noqa: ARG002 - a blast radius needs all edges
        """Every `depends_on` of the catalogue."""
        edges = [(one.name, other) for one in self._catalogue.services for other in one.depends_on]
        return Reply(self.name, "dependencies of all services", edge_rows.written(edges), edge_rows.read)
