"""The redactor with its key in hand, one for evidence, alerts and what people write. Called by `build` and `people`."""

import secrets
from functools import partial

from tocsin.config import Config
from tocsin.guard.redact import Redact, redact
from tocsin.stages.investigate import EvidenceSettings


def redactor(config: Config, settings: EvidenceSettings) -> Redact:
    """Without a configured key the marks of secrets can be compared until the next start, and not beyond."""
    named = settings.redaction_key
    key = config.secret(named, "evidence.redaction_key").encode() if named else secrets.token_bytes(32)
    return partial(redact, key=key)
