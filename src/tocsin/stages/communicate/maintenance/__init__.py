"""Maintenance windows: planned by people, approved word for word, opened and ended by the clock, told to whoever subscribed.

`ACTS` are what people do, `turn` is called by the service's rounds, `shown` is what those who plan see. It never touches an alert:
intake asks the windows themselves whether they keep anything quiet.
"""

from tocsin.stages.communicate.maintenance import asks
from tocsin.stages.communicate.maintenance.acts import ACTS, WindowAct
from tocsin.stages.communicate.maintenance.shown import MaintenanceShown, MaintenancesShown, shown
from tocsin.stages.communicate.maintenance.telling import turn

__all__ = ["ACTS", "MaintenanceShown", "MaintenancesShown", "WindowAct", "asks", "shown", "turn"]
