"""Dynatrace: a problem notification. Availability problems are the worst; what users defined themselves is a warning."""

from tocsin.sources.reading.fields import Fields, vendor, words_of
from tocsin.sources.reading.scales import CRITICAL, HIGH, WARNING

_GRADE = words_of(
    {
        CRITICAL: ("AVAILABILITY", "MONITORING_UNAVAILABLE"),
        HIGH: ("ERROR",),
        WARNING: ("PERFORMANCE", "RESOURCE_CONTENTION", "CUSTOM_ALERT"),
    }
)

SOURCE = vendor(
    "dynatrace",
    lambda posting: posting.root.has("problemtitle") and posting.root.has_any("problemid", "pid", "state"),
    Fields(
        title="problemtitle",
        key="pid problemid",
        description="problemdetailstext problemdetailsmarkdown problemdetailshtml problemdetails",
        status="state",
        over=("resolved", "closed", "merged"),
        severity="problemseverity",
        grade=_GRADE,
        service="impactedentitynames impactedentity",
        starts_at="problemdetails.startTime problemdetailsjson.startTime problemdetailsjsonv2.startTime starttime",
        ends_at="problemdetails.endTime problemdetailsjson.endTime endtime",
        labels="problemimpact problemid tags impactedentity",
        links="problemurl",
    ),
    lower=True,
)
