"""The communications desk: one ledger of facts, drafts for every audience, the review by people, and what leaves the house.

`draft` and `put_drafts` are called by the opening, `hands` carries out the loop's moves, `due` is asked at every look, `ACTS`
are what people do. It never says what the incident does not know, and customers hear nothing that no person has approved.
"""

from tocsin.stages.communicate import asks
from tocsin.stages.communicate.contradictions import contradictions
from tocsin.stages.communicate.desk import Desk
from tocsin.stages.communicate.draft import draft, unsaid, writer
from tocsin.stages.communicate.due import due
from tocsin.stages.communicate.faithful import reworded, wrong_with
from tocsin.stages.communicate.handoff import handoff_of, handoff_text
from tocsin.stages.communicate.hands import Means, hands
from tocsin.stages.communicate.post import COMMUNICATOR, Stand, put_drafts, writer_in
from tocsin.stages.communicate.settings import PAGE, MessageSettings
from tocsin.stages.communicate.settled import settled
from tocsin.stages.communicate.shapes import Handoff
from tocsin.stages.communicate.shield import SyncFields, sync_of
from tocsin.stages.communicate.table import ACTS, act_at

__all__ = [
    "ACTS",
    "COMMUNICATOR",
    "PAGE",
    "Desk",
    "Handoff",
    "Means",
    "MessageSettings",
    "Stand",
    "SyncFields",
    "act_at",
    "asks",
    "contradictions",
    "draft",
    "due",
    "handoff_of",
    "handoff_text",
    "hands",
    "put_drafts",
    "reworded",
    "settled",
    "sync_of",
    "unsaid",
    "writer",
    "writer_in",
    "wrong_with",
]
