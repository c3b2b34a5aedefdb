"""Kapacitor (TICK stack): level OK ends what CRITICAL, WARNING or INFO began."""

from tocsin.sources.reading.fields import Fields, all_keys, vendor

SOURCE = vendor(
    "kapacitor",
    all_keys("level", "id", "data.series"),
    Fields(
        title="message id",
        key="id",
        description="details message",
        status="level",
        over=("ok",),
        severity="level",
        starts_at="time",
        ends_at="time",
        labels="id duration previousLevel",
    ),
)
