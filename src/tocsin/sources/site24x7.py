"""Site24x7: a monitor's status. Its JSON has the variables in capitals."""

from tocsin.sources.reading.fields import Fields, vendor, words_of
from tocsin.sources.reading.scales import CRITICAL, HIGH, INFO, WARNING

_GRADE = words_of({CRITICAL: ("DOWN",), HIGH: ("CRITICAL",), WARNING: ("TROUBLE",), INFO: ("UP", "MAINTENANCE")})

SOURCE = vendor(
    "site24x7",
    lambda posting: (
        posting.root.has("monitorname", "status")
        and posting.root.has_any("incidentreason", "incidenttime", "monitortype", "monitorid")
    ),
    Fields(
        title="monitorname",
        key="monitorid monitorname",
        description="incidentreason incidentdetails",
        status="status",
        over=("up",),
        severity="status",
        grade=_GRADE,
        service="monitorname",
        starts_at="incidenttimeiso incidenttime outagetimeunixformat",
        ends_at="incidenttimeiso incidenttime",
        labels="monitortype monitorgroupname failedlocations monitorurl",
        links="rcalink monitordashboardlink monitorurl",
    ),
    lower=True,
)
