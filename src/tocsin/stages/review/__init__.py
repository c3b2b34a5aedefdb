"""The review: what comes after the all-clear. A date, a document written from the timeline, action items, people's verdicts.

`due` is asked by the loop; `hands` carries its move out. A resolved incident is walked until both are on the record, no longer.
"""

from tocsin.stages.review.due import SCRIBE, due
from tocsin.stages.review.hands import Means, hands
from tocsin.stages.review.settings import ReviewSettings, Rules
from tocsin.stages.review.write import write

__all__ = ["SCRIBE", "Means", "ReviewSettings", "Rules", "due", "hands", "write"]
