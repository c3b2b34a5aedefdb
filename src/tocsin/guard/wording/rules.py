"""The eleven rules, in the order people should mend them. Read by `check` only."""

from tocsin.guard.wording.blame import blame
from tocsin.guard.wording.claims import cause_unconfirmed, eta, resolved_early, status_mismatch
from tocsin.guard.wording.duties import next_update, no_impact, timestamp
from tocsin.guard.wording.exposure import internal_detail, jargon, pii
from tocsin.guard.wording.finding import Rule
from tocsin.model.update import WordingCode

RULES: dict[WordingCode, Rule] = {
    WordingCode.CAUSE_UNCONFIRMED: cause_unconfirmed,
    WordingCode.BLAME: blame,
    WordingCode.ETA: eta,
    WordingCode.RESOLVED_EARLY: resolved_early,
    WordingCode.STATUS_MISMATCH: status_mismatch,
    WordingCode.INTERNAL_DETAIL: internal_detail,
    WordingCode.PII: pii,
    WordingCode.JARGON: jargon,
    WordingCode.NEXT_UPDATE: next_update,
    WordingCode.TIMESTAMP: timestamp,
    WordingCode.NO_IMPACT: no_impact,
}
