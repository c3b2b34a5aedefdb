"""Posts to an address that is itself a secret (a webhook), by the guarded client. Errors name the place, never the address."""

from tocsin.connectors.answers import refusal
from tocsin.connectors.outbound import Answer, Outbound, shown
from tocsin.errors import SourceError


async def post(outbound: Outbound, who: str, url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """The answer, which is a success. Raises SourceError."""
    try:
        answer = await outbound.post(url, body, headers)
    except SourceError as failure:
        raise SourceError(failure.what.replace(shown(url), who), failure.do, code="TCS-SOURCE-DOWN") from None
    if not 200 <= answer.status < 300:
        raise refusal(who, answer.status, answer.headers, answer.body, (url,))
    return answer
