"""A probe's own look: what people declared to prove that a step worked, run for reading only. Called by `verify` through `app`.

It needs no yes of its own: whoever approved the step approved the runbook that holds its probe, byte for byte, and the
executors refuse to change anything for a step that reads. The stop switch and mode observe hold all the same.
"""

from tocsin.errors import Denied
from tocsin.guard.policy import mode_now
from tocsin.model.action import Mode, Outcome, RenderedStep
from tocsin.ports import Ledger
from tocsin.stages.remediate.look import look
from tocsin.stages.remediate.permit import Means, action_of, scope_of
from tocsin.stages.remediate.render import render_probe


async def ask_probe(means: Means, incident_id: str, action_id: str) -> Outcome:
    """What the probe of an action that has run answers now. Raises Denied, NotFound, SourceError, Unfilled."""
    step = await means.store.read(lambda ledger: _probe(means, ledger, incident_id, action_id))
    return await look(means.executors, step)


def _probe(means: Means, ledger: Ledger, incident_id: str, action_id: str) -> RenderedStep:
    scope = scope_of(means, ledger, incident_id)
    done = action_of(scope.incident, action_id).step
    if ledger.stops.now().on:
        raise Denied("All actions are stopped; nothing is asked either.", "Turn the switch off, or look by hand.")
    if mode_now(scope.incident, means.current, done.service) is Mode.OBSERVE:
        raise Denied("Mode observe: nothing is asked.", "Look by hand.")
    return render_probe(means.shelf.get(done.runbook_id), done, scope)
