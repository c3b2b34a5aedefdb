"""The communications desk, first half: drafts for each audience from one ledger of facts. Called by response.

It only drafts. It never sends, never publishes, and never says what the incident does not know.
"""

from tocsin.stages.communicate.draft import Desk, MessageSettings, draft

__all__ = ["Desk", "MessageSettings", "draft"]
