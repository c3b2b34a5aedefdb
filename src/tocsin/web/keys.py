"""The `Idempotency-Key` of a request: the caller's own name for it, so that sending it again does nothing again. Used by routes."""

from typing import Annotated

from fastapi import Header

Key = Annotated[
    str | None,
    Header(
        pattern=r"^[!-~]{1,200}$",
        description="Any text of your own. The same request with the same key does nothing again for 24 hours.",
    ),
]
