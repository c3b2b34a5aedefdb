"""Sumo Logic: a monitor's or scheduled search's alert; its users choose the field names around its variables."""

from tocsin.sources.reading.fields import Fields, vendor

SOURCE = vendor(
    "sumologic",
    lambda posting: (
        posting.root.has_any("triggertype", "alertresponseurl", "sourceurl")
        and posting.root.has_any("name", "monitorname", "alertname", "searchname")
    ),
    Fields(
        title="alertname monitorname name searchname",
        key="alertid monitorid id name",
        description="description triggercondition resultsjson query querytext",
        status="triggertype",
        over=("resolved", "resolvedcritical", "resolvedwarning", "resolvedmissingdata", "normal"),
        severity="severity triggertype",
        starts_at="triggertimestart triggertime firetime timestamp",
        ends_at="triggertimeend triggertime",
        labels="triggervalue triggertimerange monitortype sourcename",
        links="alertresponseurl sourceurl searchqueryurl url",
    ),
    lower=True,
)
