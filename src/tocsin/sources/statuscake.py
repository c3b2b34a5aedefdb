"""StatusCake: an uptime check, posted as a form."""

from tocsin.sources.reading.fields import Fields, vendor

SOURCE = vendor(
    "statuscake",
    lambda posting: (
        posting.root.has("token", "status", "name") and posting.root.has_any("statuscode", "checkrate", "url", "ip")
    ),
    Fields(
        title="name",
        key="testid name url",
        description="status statuscode",
        status="status",
        over=("up",),
        service="name",
        labels="statuscode ip tags method checkrate url",
        links="url",
    ),
    lower=True,
)
