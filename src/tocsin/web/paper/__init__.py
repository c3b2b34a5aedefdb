"""A post-mortem on paper: its Markdown as PDF, with citations that lead to their events. Called by the API and the command line.

Pure: the same words, mark and time always give the same bytes. Words from outside become neither links nor markup.
"""

from tocsin.web.paper.draw import as_pdf

__all__ = ["as_pdf"]
