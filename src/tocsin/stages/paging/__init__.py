"""Paging: who must be called about an incident, when the next ones are called, and when nobody is needed any more.

`due` is asked by the response's loop and is pure; the calls leave through the outbox, once for each key.
"""

from tocsin.stages.paging.due import due

__all__ = ["due"]
