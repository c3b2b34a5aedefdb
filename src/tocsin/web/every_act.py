"""Every act of people by its name, whichever stage it belongs to: read by the command line and by those who act at this machine.

Names are unique across stages; a test holds the API's routes to the same table.
"""

from tocsin.guard.attempt import Act
from tocsin.stages import communicate, people, playing, review

ACTS: dict[str, Act] = {**people.ACTS, **people.PRACTICE, **playing.ACTS}
"""Those that need nothing but the transaction. The communications desk and the review bind theirs to their settings."""
KNOWN = {**ACTS, **review.ACTS, **communicate.ACTS}
"""Path and ask of every one."""
