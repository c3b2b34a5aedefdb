"""What people and actions did, told in one plain sentence each. Pure; called by `telling` only."""

from tocsin.model import acts
from tocsin.model.plain import minute


def tell_act(act: acts.Act) -> str:  # noqa: C901 - one sentence for each kind of act
    """What was done, in one sentence without its time and its doer."""
    match act:
        case acts.Acknowledged():
            return "acknowledged"
        case acts.SeverityChanged(severity=severity, reason=reason):
            return f"severity set to {severity} ({reason})"
        case acts.SeatTaken(seat=seat, person=person, handed_over_by=before):
            return f"{person} is {seat.replace('_', ' ')}{f', handed over by {before}' if before else ''}"
        case acts.HypothesisRaised(hypothesis_id=name, text=text):
            return f"hypothesis {name}: {text}"
        case acts.HypothesisRuledOut(hypothesis_id=name, reason=reason):
            return f"ruled out {name}: {reason}"
        case acts.HypothesisConfirmed(hypothesis_id=name, shown_by=how):
            return f"confirmed {name} as the cause: {how}"
        case acts.LineOpened(owner=owner, question=question, until=until):
            return f"{owner} looks into: {question} (until {minute(until)})"
        case acts.LineEnded(line_id=name, finding=finding):
            return f"line {name} ended: {finding or 'it did not move us forward'}"
        case acts.NextActionSet(text=text, owner=owner):
            return f"next action for {owner}: {text}"
        case acts.Mitigated(text=text):
            return f"mitigated: {text}"
        case acts.UserReported(text=text, origin=origin):
            return f"a user reports by {origin}: {text}"
        case acts.Resolved():
            return _all_clear(act)
        case acts.Reopened(reason=reason):
            return f"re-opened: {reason}"
        case acts.Merged(into=into, reason=reason):
            return f"merged into {into}: {reason}"
        case acts.Flagged(text=text):
            return f"ATTENTION: {text}"
        case acts.Paged(target=target, reason=reason, observed=True):
            return f"observe mode, nobody is called: would page {target}: {reason}"
        case acts.Paged(target=target, reason=reason, level=level):
            return f"paging {target}{f' (escalation {level})' if level else ''}: {reason}"
        case acts.Posted(target=target, text=text, sent=sent):
            return f"{'told' if sent else 'nobody there to tell:'} {target}: {text}"
        case acts.Unpaged(target=target):
            return f"{target} is no longer needed"
        case acts.DeliveryRetried(keys=keys):
            return f"tried again to deliver {', '.join(keys)}"
        case acts.WouldHaveDone(what=what):
            return f"observe mode, not done: {what}"
        case _:
            return _tell_fix(act)


def _all_clear(act: acts.Resolved) -> str:
    after = f" after {act.lasted}" if act.lasted else ""
    by = minute(act.post_mortem_at) if act.post_mortem_at else "not needed"
    told = f"cause: {act.cause or 'unknown'}; fix: {act.fix or 'none'}; post-mortem: {by}"
    return f"all-clear{after}, confirmed by {', '.join(act.confirmed_by)}; {told}"


def _tell_fix(act: acts.Act) -> str:
    """What goes before a step is asked for."""
    match act:
        case acts.PolicyFixed(digest=digest, origin=origin):
            return f"judged by the policy of {origin} ({digest[:12]})"
        case acts.FixSurveyed(runbook_id=runbook, missing=missing):
            asked = [one for one in missing if not one.waits_for]
            lacking = "; ".join(f"{one.slot}: {one.why}" for one in asked)
            return f"{runbook} lacks {lacking}" if asked else f"every value that {runbook} needs first is known"
        case acts.ValueVouched(slot=slot, value=value, reason=reason):
            return f"vouches for {slot} = {value} on this incident: {reason}"
        case _:
            return _tell_action(act)


def _tell_action(act: acts.Act) -> str:
    match act:
        case acts.ActionRequested(step=step, verdict=verdict, renews=before):
            return f"requested{f' again, for {before} expired' if before else ''}: {step.text} ({step.shown}); {verdict.reason}"
        case acts.ActionApproved(approval=approval):
            glass = f", BREAK GLASS: {approval.break_glass}" if approval.break_glass else ""
            return f"approved by {approval.approver} as {approval.role}{glass}"
        case acts.ActionRejected(reason=reason):
            return f"not approved: {reason}"
        case acts.ActionStarted(key=key):
            return f"step started (key {key})"
        case acts.ActionFinished(outcome=outcome):
            return f"step {'succeeded' if outcome.ok else 'FAILED'}: {outcome.said}"
        case acts.ActionUnknown(why=why):
            return f"OUTCOME UNKNOWN, a person must look: {why}"
        case acts.ActionVerified(passed=passed, said=said):
            return f"verification {'passed' if passed else 'FAILED'}: {said}"
        case _:
            raise TypeError(f"no sentence for {type(act).__name__}")
