"""Presses: what a button under one of our messages stands for. A value that whoever presses it sends back to us.

It names an act, the thing it is about, and the digest of that thing as it was shown, so that a press on something that has
changed since counts for nothing. It proves nothing: who pressed is asked elsewhere, and so is whether they may.
"""

import json
from enum import StrEnum

from tocsin.errors import DataError
from tocsin.model.ground import Value

LONGEST = 1000
"""Characters of a button's value; every system we know takes as many."""


class Press(StrEnum):
    """The acts a button can ask for."""

    ACKNOWLEDGE = "acknowledge"
    APPROVE_STEP = "approve_step"
    REJECT_STEP = "reject_step"
    APPROVE_UPDATE = "approve_update"
    EDIT_UPDATE = "edit_update"
    PUBLISH_UPDATE = "publish_update"
    CAUSE_RIGHT = "cause_right"
    CAUSE_PARTLY = "cause_partly"
    CAUSE_WRONG = "cause_wrong"
    RUNBOOK_HELPED = "runbook_helped"
    """`about` is the runbook."""
    RUNBOOK_DID_NOT = "runbook_did_not"


class Pressed(Value):
    """One button as made and as it comes back. `about` is the action or the update, "" for the incident itself."""

    press: Press
    incident_id: str
    about: str = ""
    digest: str = ""
    """`approval_digest` of a step, `Update.digest` of a message: what was shown."""

    @property
    def value(self) -> str:
        """What the button carries beside its act."""
        return json.dumps([self.incident_id, self.about, self.digest], ensure_ascii=True)


def read_press(press: str, value: str) -> Pressed:
    """The button that came back. Raises DataError for one that we never made."""
    try:
        incident_id, about, digest = json.loads(value[:LONGEST])
        return Pressed(press=Press(press), incident_id=incident_id, about=about, digest=digest)
    except (ValueError, TypeError, RecursionError) as mistake:
        raise DataError("this is no button of ours.", "Open the incident and act there.", code="TCS-PRESS") from mistake
