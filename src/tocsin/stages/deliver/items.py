"""The courier for action items: a parcel becomes an issue in a tracker, and where it is goes on the timeline."""

from collections.abc import Mapping

from tocsin.errors import SourceError
from tocsin.model.event import Body
from tocsin.model.review import ActionItemExported
from tocsin.ports import Parcel, Tracker, WorkItem
from tocsin.stages.deliver.rounds import Courier


def item_courier(trackers: Mapping[str, Tracker]) -> Courier:
    """Brings parcels of kind `work_item`: `tracker`, `item_id`, and the fields of ports.WorkItem."""

    async def courier(parcel: Parcel) -> tuple[Body, ...]:
        told = parcel.payload
        tracker = trackers.get(told.get("tracker", ""))
        if tracker is None:
            known = ", ".join(sorted(trackers)) or "none"
            raise SourceError(f"There is no tracker {told.get('tracker')!r}.", f"Configured: {known}.", refused=True)
        item = WorkItem(
            key=told.get("key") or parcel.key,
            title=told.get("title", ""),
            text=told.get("text", ""),
            owner=told.get("owner", ""),
            due=told.get("due", ""),
            link=told.get("link", ""),
        )
        there = await tracker.open(item)
        return (
            ActionItemExported(item_id=told.get("item_id", ""), system=tracker.name, ref=there.ref, link=there.link),
        )

    return courier
