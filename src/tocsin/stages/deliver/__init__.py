"""Delivery: what lies in the outbox is brought to its receiver, with its key, until it is there. Called by `app.postman`.

Receivers are served side by side, each within its own bound and time, so that a slow one holds up no call and no response.
A failing one is tried again, later and later, and its failure is visible. Better a call repeated than a call lost: a parcel
is marked as sent only after its receiver took it.
"""

from tocsin.stages.deliver.calls import pager_couriers
from tocsin.stages.deliver.items import item_courier
from tocsin.stages.deliver.messages import message_courier
from tocsin.stages.deliver.page import PageChannel
from tocsin.stages.deliver.patience import next_try, pause
from tocsin.stages.deliver.rounds import Courier, Deliveries, deliver
from tocsin.stages.deliver.subscribers import Lists, subscriber_courier

__all__ = [
    "Courier",
    "Deliveries",
    "Lists",
    "PageChannel",
    "deliver",
    "item_courier",
    "message_courier",
    "next_try",
    "pager_couriers",
    "pause",
    "subscriber_courier",
]
