"""The eleven rules, in the order people should mend them. Read by `check` only."""

from tocsin.guard.wording.blame import blame
from tocsin.guard.wording.claims import cause_unconfirmed, eta, resolved_early, status_mismatch
from tocsin.guard.wording.duties import next_update, no_impact, timestamp
from tocsin.guard.wording.exposure import internal_detail, jargon, pii
from tocsin.guard.wording.finding import Rule

RULES: tuple[Rule, ...] = (
    cause_unconfirmed,
    blame,
    eta,
    resolved_early,
    status_mismatch,
    internal_detail,
    pii,
    jargon,
    next_update,
    timestamp,
    no_impact,
)
