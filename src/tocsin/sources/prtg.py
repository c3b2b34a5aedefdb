"""PRTG: an HTTP notification; its users name the fields after PRTG's variables."""

from tocsin.sources.reading.fields import Fields, vendor, words_of
from tocsin.sources.reading.scales import CRITICAL, INFO, WARNING

_GRADE = words_of({CRITICAL: ("Down", "Down (Partial)"), WARNING: ("Warning", "Unusual"), INFO: ("Up",)})

SOURCE = vendor(
    "prtg",
    lambda posting: posting.root.has_any("sensorid", "sensor", "linksensor") and posting.root.has("device", "status"),
    Fields(
        title="sensor name shortname",
        key="sensorid device sensor name",
        description="message lastmessage down",
        status="status laststatus",
        over=("up", "down_ended_(now:_up)", "warning_ended_(now:_up)"),
        severity="status",
        grade=_GRADE,
        service="device",
        starts_at="datetime since lastdown",
        ends_at="datetime lastup",
        labels="device group probe lastvalue priority host",
        links="linksensor linkdevice",
    ),
    lower=True,
)
