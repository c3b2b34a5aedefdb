"""What was said, asked and reviewed, told in one plain sentence each. Pure; called by `telling` only."""

from tocsin.model import communication as said
from tocsin.model import review, run
from tocsin.model.plain import minute, one_line


def tell_communication(body: said.Communication) -> str:  # noqa: C901 - one sentence for each kind
    """What happened, in one sentence without its time and its doer."""
    match body:
        case said.UpdateEdited(update_id=name):
            return f"message {name} edited"
        case said.UpdateApproved(update_id=name, overridden=codes, reason=reason):
            aside = f", setting aside {', '.join(codes)}: {reason}" if codes else ""
            return f"message {name} approved{aside}"
        case said.UpdateSigned(update_id=name, party=party, person=person):
            return f"message {name}: {person} agreed for {party}"
        case said.UpdatePublished():
            return _published(body)
        case said.UpdateDelivered(update_id=name, channel=channel, purpose=purpose):
            return f"{channel} took {name or purpose}"
        case said.UpdateRetracted(update_id=name, reason=reason):
            return f"message {name} taken back: {reason}"
        case said.UpdateReminded(audience=audience, due_at=due, level=level, target=target):
            return f"{'escalated' if level else 'reminded'}: {audience} update due {minute(due)}, told {target}"
        case said.UpdateMissed(audience=audience, due_at=due):
            return f"MISSED: the {audience} update due {minute(due)} did not go out"
        case said.CadenceSet(audience=audience, minutes=minutes, reason=reason):
            return f"{audience} updates {f'every {minutes} minutes' if minutes else 'on change only'} ({reason})"
        case said.CommunicationsActivated(rule=rule, reason=reason):
            return f"a communications lead is needed: {rule} ({reason})"
        case said.ToneSet(text=text):
            return f"from now on: {text}"
        case _:
            return _tell_heard(body)


def _published(body: said.UpdatePublished) -> str:
    kept = "published on the record only, for no channel is configured"
    verb = "would have been published (observe mode)" if body.observed else "published" if body.channels else kept
    what = f"correction of {body.corrects}" if body.corrects else "no-change update" if body.no_change else "update"
    promise = f"; next by {minute(body.next_update_at)}" if body.next_update_at else ""
    return f"{body.audience} {what} {verb} [{body.status}]: {one_line(body.text, 160)}{promise}"


def _tell_heard(body: said.Communication) -> str:  # noqa: C901 - one sentence for each kind
    match body:
        case said.ToneLifted(text=text, reason=reason):
            return f"no longer: {text} ({reason})"
        case said.EtaStated():
            return _estimated(body)
        case said.SyncHeld(broken=broken, known=known, eta_confidence=sure):
            return f"sync with the commander: broken: {broken}; known: {known}; confidence in an ETA: {sure}"
        case said.AudienceEngaged(audience=audience, via=via):
            return f"{audience} served via {via}"
        case said.UpdateAsked(asker=asker, where=where):
            return f"{asker} asked for news in {where}, answered from the record"
        case said.AskOpened(ask_id=name, text=text):
            return f"open ask {name}: {text}"
        case said.AskAnswered(ask_id=name, answer=answer):
            return f"ask {name} answered: {answer}"
        case said.RoomOpened(channel=channel, name=name):
            return f"{channel} channel {name} opened"
        case said.ChatNoted(author=author, text=text):
            return f"{author} wrote: {text}"
        case said.ChatPinned(author=author, text=text):
            return f"pinned, by {author}: {text}"
        case said.DataAccessRecorded(what=what, notify_by=by):
            return f"data was accessed: {what}; authorities to be told by {minute(by)}"
        case said.AuthorityNotified(whom=whom, said=words):
            return f"{whom} was notified: {words}"
        case said.RestrictionSet(restricted=restricted, reason=reason):
            return f"{'restricted to those who are named' if restricted else 'open to everybody'}: {reason}"
        case _:
            raise TypeError(f"no sentence for {type(body).__name__}")


def _estimated(body: said.EtaStated) -> str:
    if body.at is None:
        return f"the time of recovery is unknown again: {body.reason}"
    sure = f"{body.owner} stands behind it (confidence {body.confidence})"
    return f"recovery expected by {minute(body.at)}, {sure}: {body.reason}"


def tell_review(act: review.ReviewAct) -> str:
    """What was reviewed, in one sentence."""
    match act:
        case review.PostMortemScheduled(at=at, owner=owner):
            return f"post-mortem scheduled for {minute(at)}, {owner or 'nobody yet'} leads it"
        case review.PostMortemWritten(version=version, generated=generated):
            return f"post-mortem version {version} {'generated from the timeline' if generated else 'written'}"
        case review.PostMortemApproved(version=version):
            return f"post-mortem version {version} approved"
        case review.ActionItemOpened(item_id=name, text=text, owner=owner):
            return f"action item {name} for {owner or 'nobody yet'}: {text}"
        case review.ActionItemChanged(item_id=name, owner=owner):
            return f"action item {name} is now {owner or 'nobody'}'s"
        case review.ActionItemDone(item_id=name, dropped=dropped):
            return f"action item {name} {f'dropped: {dropped}' if dropped else 'done'}"
        case review.ActionItemExported(item_id=name, system=system, ref=ref):
            return f"action item {name} is {ref} in {system}"
        case review.CauseJudged(verdict=verdict):
            return f"the diagnosis was {verdict}"
        case review.RunbookJudged(runbook_id=name, helped=helped):
            return f"runbook {name} {'helped' if helped else 'did not help'}"


def tell_run(act: run.RunAct) -> str:  # noqa: C901 - one case per kind of event
    """What a run did, in one sentence."""
    match act:
        case run.RunStarted(team=team, trigger=trigger):
            return f"playbook {team} started{f' by {trigger}' if trigger else ''}"
        case run.StepStarted(step=step, role=role, player=player, model=model):
            return f"step {step}: {role or 'tocsin'} played by {model or player or 'the house'}"
        case run.ToolCalled(tool=tool, role=role, verdict=verdict, failure=failure):
            return f"{role} called {tool}: {verdict}{f', {failure}' if failure else ''}"
        case run.ModelAnswered(model=model, role=role, failure=failure) if failure:
            return f"{model} gave no answer for {role}: {failure}"
        case run.ModelAnswered(model=model, role=role, tokens_in=tokens_in, tokens_out=tokens_out):
            return f"{model} answered for {role} ({tokens_in + tokens_out} tokens)"
        case run.BudgetCrossed(budget=budget, phase=phase, spent=spent, limit=limit, hard_stop=stops):
            rest = "; no model is asked on it any more" if stops and phase == "Exceeded" else ""
            return f"budget {budget} {phase.lower()}: {spent:.2f} of {limit:.2f} USD spent{rest}"
        case run.PlayerReplaced(role=role, player=player, why=why):
            return f"the built-in {role} answers instead of {player}: {why}"
        case run.StepFinished(step=step, phase=phase, said=words):
            return f"step {step} {phase.lower()}{f': {words}' if words else ''}"
        case run.GateOpened(step=step, question=question):
            return f"step {step} waits for a person: {question}"
        case run.GateAnswered(step=step, passed=passed, reason=reason):
            return f"step {step} {'may go on' if passed else 'was stopped'}{f': {reason}' if reason else ''}"
        case run.RunFinished(phase=phase, said=words):
            return f"playbook {phase.lower()}{f': {words}' if words else ''}"
