"""What the verbs of the review read, from the local store or from a service. Called by `reviews`, `stats` and `calibration`."""

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import quote

from tocsin.cli.reaching import Reach

if TYPE_CHECKING:
    from tocsin.model.figures import Figures
    from tocsin.stages.people import Turns
    from tocsin.stages.reliability import Reliability
    from tocsin.web.review_shapes import Items, PostMortemShown


def post_mortem(reach: Reach, incident: str, version: int | None) -> "PostMortemShown":
    """One version of the post-mortem. Raises NotFound."""
    from tocsin.web.review_shapes import PostMortemShown

    if not reach.url:
        from tocsin.app import reviews

        return asyncio.run(reviews.post_mortem(reach.config, incident, version))
    return PostMortemShown.model_validate_json(reach.asked("GET", _path(incident, "", version)))


def pdf(reach: Reach, incident: str, version: int | None) -> bytes:
    """The same on paper. Raises NotFound."""
    if reach.url:
        return reach.asked("GET", _path(incident, ".pdf", version))
    from tocsin.web.review_shapes import pdf_of

    return pdf_of(post_mortem(reach, incident, version))


def date(reach: Reach, incident: str) -> bytes:
    """Its calendar entry. Raises NotFound."""
    if reach.url:
        return reach.asked("GET", _path(incident, ".ics"))
    from tocsin.app import reviews

    return asyncio.run(reviews.post_mortem_date(reach.config, incident))


def items(reach: Reach, *, overdue: bool, everything: bool) -> "Items":
    """Action items of all incidents."""
    from tocsin.web.review_shapes import Items

    if not reach.url:
        from tocsin.app import reviews

        return asyncio.run(reviews.items(reach.config, overdue=overdue, done_too=everything))
    asked = f"overdue={str(overdue).lower()}&everything={str(everything).lower()}"
    return Items.model_validate_json(reach.asked("GET", f"/api/items?{asked}"))


def figures(reach: Reach, days: int) -> "Figures":
    """The figures of the incidents declared in so many days."""
    from tocsin.model.figures import Figures

    if not reach.url:
        from tocsin.app import reviews

        return asyncio.run(reviews.figures_of(reach.config, days))
    return Figures.model_validate_json(reach.asked("GET", f"/api/stats?days={days}"))


def reliability(reach: Reach, days: int) -> "Reliability":
    """The reliability curve of the incidents declared in so many days."""
    from tocsin.stages.reliability import Reliability

    if not reach.url:
        from tocsin.app import reviews

        return asyncio.run(reviews.reliability_of(reach.config, days))
    return Reliability.model_validate_json(reach.asked("GET", f"/api/calibration?days={days}"))


def turns(reach: Reach) -> "Turns":
    """Whose turn it is in gamedays."""
    from tocsin.stages.people import Turns

    if not reach.url:
        from tocsin.app import reviews

        return asyncio.run(reviews.turns(reach.config))
    return Turns.model_validate_json(reach.asked("GET", "/api/gameday"))


def _path(incident: str, kind: str, version: int | None = None) -> str:
    chosen = f"?version={version}" if version else ""
    return f"/api/incidents/{quote(incident, safe='')}/post-mortem{kind}{chosen}"
