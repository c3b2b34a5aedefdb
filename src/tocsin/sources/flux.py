"""Flux CD: an event of a source, Kustomization or Helm release."""

from tocsin.sources.reading.fields import Fields, all_keys, vendor

SOURCE = vendor(
    "flux",
    all_keys("involvedObject.kind", "severity", "reason"),
    Fields(
        title="involvedObject.name",
        key="involvedObject.kind involvedObject.namespace involvedObject.name",
        headline="reason",
        description="message",
        status="reason",
        over=("reconciliationsucceeded", "upgradesucceeded", "installsucceeded", "progressingwithretry_succeeded"),
        severity="severity",
        service="involvedObject.name",
        starts_at="timestamp",
        ends_at="timestamp",
        labels="involvedObject reason metadata reportingController",
    ),
)
