"""Progress: the clock of a response. Says when something is late, when a line of investigation has led nowhere, and when a team is
stuck; `due` decides purely, and what it decides is only ever said. Paging reads the flag `acts.STUCK` and calls the next level.
"""

from tocsin.stages.progress.authority import authority
from tocsin.stages.progress.due import ProgressSettings, due

__all__ = ["ProgressSettings", "authority", "due"]
