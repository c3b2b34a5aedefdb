"""What comes after the all-clear, as configured: the rules that the review goes by. Called by `build`, and by acts from here."""

from functools import partial
from urllib.parse import quote

from tocsin.app.settings import Settings
from tocsin.guard.policy import InForce, may_leave
from tocsin.stages import review


def review_rules(settings: Settings) -> review.Rules:
    """The rules of this configuration."""
    law = InForce(settings.policy, settings.config.origin)
    return review.Rules(
        settings=settings.review,
        catalogue=settings.catalogue,
        hours=settings.routing.business_hours,
        wanted_by=settings.people.post_mortem_at,
        trackers=settings.trackers.names(),
        channels=settings.channels.reaching(),
        leaves=partial(may_leave, current=law, kind="message"),
        link=partial(_link, settings.messages.url),
    )


def _link(url: str, incident_id: str) -> str:
    """Where the post-mortem is read; "" when nobody said where people reach this service."""
    return f"{url}/api/incidents/{quote(incident_id, safe='')}/post-mortem.md" if url else ""
