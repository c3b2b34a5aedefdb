"""LogicMonitor: the custom HTTP integration. Tokens it cannot fill arrive as `##TOKEN##`."""

from tocsin.sources.reading.fields import Fields, vendor

SOURCE = vendor(
    "logicmonitor",
    lambda posting: (
        posting.root.has("alertid") and posting.root.has_any("datasource", "datapoint", "alertstatus", "dsname")
    ),
    Fields(
        title="title message datasource dsname",
        key="alertid host",
        description="message alertmessage description",
        status="alertstatus status alerttype",
        over=("clear", "cleared", "resolved"),
        severity="level alertlevel severity",
        service="service host hostname",
        starts_at="startepoch start starttime alertstart",
        ends_at="endepoch end endtime",
        labels="host datasource datapoint instance value threshold group",
        links="alerturl alertdetailurl url",
    ),
    lower=True,
)
