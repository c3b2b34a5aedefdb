"""AppDynamics: an HTTP request action; its users' templates use the names of its variables."""

from tocsin.sources.reading.fields import Fields, vendor
from tocsin.sources.reading.vendor import Posting

_OVER = (
    "policy_close_warning",
    "policy_close_critical",
    "policy_canceled_warning",
    "policy_canceled_critical",
    "closed",
    "resolved",
)


def recognise(posting: Posting) -> bool:
    """A health rule violation's own words."""
    low = posting.root
    named = low.has_any("healthrulename", "healthrule", "topseverity", "actionplanname")
    return named and low.has_any(
        "eventtype", "applicationname", "affectedentityname", "deeplink", "appname", "tiername"
    )


SOURCE = vendor(
    "appdynamics",
    recognise,
    Fields(
        title="healthrulename healthrule displayname name policyname",
        key="incidentid healthruleid healthrulename affectedentityname",
        description="summarymessage eventmessage message description",
        status="eventtype status",
        over=_OVER,
        severity="severity topseverity",
        service="tiername affectedentityname applicationname appname",
        starts_at="eventtime starttime timestamp",
        ends_at="eventtime endtime",
        labels="applicationname tiername nodename policyname affectedentityname",
        links="deeplink url controllerurl",
    ),
    lower=True,
)
