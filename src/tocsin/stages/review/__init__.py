"""The review: what comes after the all-clear. A date, a document written from the timeline, action items, people's verdicts.

`due` is asked by the loop, `hands` carries its move out, `ACTS` are what people do. A resolved incident is walked until both
are on the record, and no longer.
"""

from tocsin.stages.review.calendar import calendar
from tocsin.stages.review.convening import convene
from tocsin.stages.review.due import SCRIBE, due, recall
from tocsin.stages.review.following import follow
from tocsin.stages.review.hands import Means, hands
from tocsin.stages.review.settings import ReviewSettings, Rules
from tocsin.stages.review.table import ACTS, JUDGING, act_under, meant
from tocsin.stages.review.versions import text_of, versions
from tocsin.stages.review.write import write

__all__ = [
    "ACTS",
    "JUDGING",
    "SCRIBE",
    "Means",
    "ReviewSettings",
    "Rules",
    "act_under",
    "calendar",
    "convene",
    "due",
    "follow",
    "hands",
    "meant",
    "recall",
    "text_of",
    "versions",
    "write",
]
