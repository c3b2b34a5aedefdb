"""Delivery: what lies in the outbox is brought to its receiver, with its key, until it is there. Called by `app.postman`.

Receivers are served side by side, each within its own bound and time, so that a slow one holds up no call and no response.
A failing one is tried again, later and later, and its failure is visible. Better a call repeated than a call lost: a parcel
is marked as sent only after its receiver took it.
"""

from tocsin.stages.deliver.calls import pager_couriers
from tocsin.stages.deliver.items import item_courier
from tocsin.stages.deliver.messages import message_courier
from tocsin.stages.deliver.patience import next_try, pause
from tocsin.stages.deliver.rounds import Courier, Deliveries, deliver

__all__ = ["Courier", "Deliveries", "deliver", "item_courier", "message_courier", "next_try", "pager_couriers", "pause"]
