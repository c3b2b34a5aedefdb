"""Whether blame is found in post-mortems, and nothing else is taken for it: `python -m benchmarks.blame [DATA] [--json]`.

DATA is a folder of real post-mortems in Markdown. Sentences that blame, made from the templates below, are planted into them where
a writer could have put them: after a paragraph, into a list, into a cell of the timeline. `blame_found` is the share of the planted
sentences that are marked, `blame_false_alarms` the share of the original ones that are. The rules were worked on with the first
templates (`worked`). The last (`held_out`) were written afterwards, scored, and nothing was changed for what they showed.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from tocsin.guard.wording import blame_in
from tocsin.guard.wording.text import Text

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "corpora" / "postmortems"
EACH = 3
"""Sentences made from each template."""
SOMEBODY = {
    "name": ("Priya", "Tomasz", "Jana Novak", "Ahmed", "Li Wei", "Kevin", "Sofia Marino", "Olu", "Ingrid", "Mateo"),
    "role": (
        "the on-call engineer",
        "a junior developer",
        "one of our contractors",
        "the DBA",
        "the release manager",
        "an intern",
        "the network administrator",
        "a colleague in Denmark",
        "the reviewer of the pull request",
        "somebody on the night shift",
    ),
    "team": (
        "the platform team",
        "the network team",
        "QA",
        "DevOps",
        "the data team",
        "the security department",
        "management",
        "team Falcon",
    ),
    "vendor": (
        "AWS",
        "our hosting provider",
        "the vendor",
        "Microsoft",
        "our CDN supplier",
        "Cloudflare",
        "the outsourcing partner",
        "GitHub",
    ),
    "thing": (
        "the firewall rule",
        "the node pool",
        "the certificate",
        "the ingress controller",
        "the Terraform state",
        "the production database",
    ),
}
TEMPLATES = (
    "{name} broke production by deploying without a review.",
    "{name} forgot to renew {thing}.",
    "{name} accidentally deleted {thing}.",
    "{name} should have checked {thing} before the change.",
    "{name} didn't read the runbook.",
    "{name} pushed the wrong configuration to {thing}.",
    "{name} ignored the alert for forty minutes.",
    "This was {name}'s fault.",
    "The root cause was {name}'s careless change to {thing}.",
    "{name} made a mistake while editing {thing}.",
    "If {name} had tested the change, none of this would have happened.",
    "{name}, who was on call, slept through the page.",
    "{name} was too slow to react.",
    "{thing} was deleted by mistake by {name}.",
    "An untested version of {thing} was rolled out by {name}.",
    "{name} did not follow the procedure and {thing} went down.",
    "{name} ran the wrong command against {thing}.",
    "{name} is responsible for the outage.",
    "We can only blame {name} for this.",
    "{name} has once again skipped the change process.",
    "{role} misconfigured {thing}.",
    "{role} failed to notice that {thing} was full.",
    "{role} approved the change without looking at it.",
    "{role} was careless with {thing}.",
    "{role} did not escalate in time.",
    "{role} restarted {thing} without asking anybody.",
    "{role} overlooked a typo in {thing}.",
    "{role} applied the change to the wrong cluster.",
    "{role} lacked the experience and made an error.",
    "{role} must have entered an incorrect value.",
    "The error was made by {role}.",
    "It was a mistake by {role} that took {thing} down.",
    "Due to negligence of {role}, {thing} expired.",
    "{role} ought to have known that {thing} is shared.",
    "{role} wrongly assumed that {thing} was unused and removed it.",
    "{role} typed the command on the wrong host.",
    "{role} bypassed the checks.",
    "{role} never tested the rollback.",
    "{thing} was misconfigured by {role}.",
    "{role} kept the incident to themselves and told nobody.",
    "{team} broke {thing}.",
    "{team} failed to communicate the change.",
    "{team} did not test {thing} at all.",
    "{team} dropped the ball on {thing}.",
    "{team} should have caught this.",
    "{team} neglected {thing} for months.",
    "{team} ignored our warnings about {thing}.",
    "{team} is to blame for the long outage.",
    "{team} deployed a broken build.",
    "{team} made several errors during the migration.",
    "{team} was unprepared for the upgrade.",
    "The incident was caused by {team}.",
    "Nobody in {team} bothered to look at the dashboard.",
    "{team} cut corners on {thing}.",
    "Because {team} missed the deadline, {thing} expired.",
    "{team} responded far too late.",
    "{team} changed {thing} without telling anyone.",
    "The lack of diligence of {team} led to this.",
    "Responsibility for the outage lies with {team}.",
    "{team} refused to help.",
    "{vendor} let us down again.",
    "{vendor} broke {thing} with an untested update.",
    "{vendor} failed to tell us about the change.",
    "This outage is entirely the fault of {vendor}.",
    "{vendor} is to blame.",
    "{vendor} pushed a bad update.",
    "{vendor} did not respond to our ticket for hours.",
    "The negligence of {vendor} cost us a day.",
    "{vendor} should have warned us.",
    "{vendor} botched the maintenance of {thing}.",
    "{vendor} ignored its own procedures.",
    "{vendor}'s incompetence is the real cause.",
    "Human error: {name} removed {thing}.",
    "The cause was human error.",
    "This was an operator error.",
    "An engineer's mistake removed {thing}.",
    "Sheer carelessness by {role} led to the loss of {thing}.",
    "Someone pulled the wrong cable.",
    "Somebody forgot to put {thing} back.",
    "Whoever changed {thing} did not think it through.",
    "They knew that {thing} was broken and did nothing.",
    "He ran the script in production without a backup.",
    "She didn't check the diff.",
    "The developers messed up {thing}.",
    "Our admins have no idea how {thing} works.",
    "The person who edited {thing} was not paying attention.",
    "The mistake of {name} cost us two hours.",
    "{name} and {role} both missed the warning.",
    "A wrong value was set by {role}.",
    "{thing} was left open by {name} after the maintenance.",
    "Poor judgement by {team} made it worse.",
    "It is hard to understand why {role} did not roll back.",
    "{name} panicked and restarted {thing}.",
    "{role} gave the wrong instructions to support.",
    "{team} once more shipped a bug to production.",
    "In the end it was {name} who broke {thing}.",
    "At 09:12 {name} took {thing} down by running an old script.",
    "{name} knew about the limit and still went ahead.",
    "{name} has been told several times not to touch {thing}.",
    "It took {name} an hour to admit the error.",
    "{name} did a sloppy job with {thing}.",
    "{name} left {thing} half configured.",
    "Had {name} paid attention, {thing} would still be up.",
    "The blame is on {name}.",
    "Thanks to {name}, {thing} was gone.",
    "{name} took a shortcut.",
    "{name} failed.",
    "{role} did not know what they were doing.",
    "{role} took it upon themselves to change {thing}.",
    "{role} did not have the discipline to follow the checklist.",
    "{role} confused staging with production.",
    "{role} mixed up two clusters and deleted the wrong one.",
    "{role} jumped to conclusions and restarted {thing}.",
    "{role} was not qualified to touch {thing}.",
    "{role} acted irresponsibly.",
    "{role} chose to ignore the documentation.",
    "{role} pressed the wrong button.",
    "{role} copied the wrong file over {thing}.",
    "There was a lack of attention on the part of {role}.",
    "{thing} went down because {role} was in a hurry.",
    "{team} sat on the ticket for a week.",
    "{team} has no ownership of {thing}.",
    "{team} does not care about alerts.",
    "{team} did a poor job of testing {thing}.",
    "{team} hid the problem from us.",
    "{team} was asleep at the wheel.",
    "{team} blindly trusted the default of {thing}.",
    "{team} never answered our questions about {thing}.",
    "It was {team} that let {thing} expire.",
    "{team} insisted on the change against our advice.",
    "{vendor} lied about the maintenance.",
    "{vendor} delivered a faulty version of {thing}.",
    "{vendor} took six hours to answer, which is unacceptable.",
    "{vendor} has a history of breaking things.",
    "{vendor} does not take its job seriously.",
    "As usual, {vendor} made a mess of the upgrade.",
    "{vendor} changed {thing} behind our back.",
    "{name} caused the outage.",
    "{name} caused this incident by editing {thing} by hand.",
    "It was {name}'s job to watch {thing}, and nobody did.",
    "The person at fault is {name}.",
    "{name} should never have had access to {thing}.",
    "{name} misread the dashboard.",
    "{name}'s sloppy work on {thing} came back to haunt us.",
    "{name} is the reason {thing} failed.",
    "Had it not been for {name}, we would have noticed earlier.",
    "{name} was warned and did it anyway.",
    "{name} violated the change policy.",
    "{name} was not following best practices.",
    "The outage happened because {name} was inattentive.",
    "{name} wasted an hour on the wrong lead.",
    "{role} introduced the bug.",
    "{role} is at fault here.",
    "The failure was due to {role} not doing their job.",
    "Poor decision by {role}.",
    "{role} did the upgrade without permission.",
    "{role} let everyone down.",
    "{role} handled {thing} incompetently.",
    "{role} was reckless and it cost us {thing}.",
    "The fault lies squarely with {role}.",
    "It is {team}'s fault that {thing} was not monitored.",
    "{team} caused the outage with their deployment.",
    "{team} screwed up the migration of {thing}.",
    "{team} must do better.",
    "{team} failed us.",
    "{team} should be ashamed.",
    "Had {team} done their homework, {thing} would have survived.",
    "Typical of {team}: no tests for {thing}.",
    "{vendor} caused this outage.",
    "{vendor} messed up {thing}.",
    "{vendor} made an unannounced change and broke {thing}.",
    "We were let down by {vendor}.",
    "Once again we suffer for the mistakes of {vendor}.",
    "{vendor} is incapable of running {thing}.",
    "The support of {vendor} was useless.",
    "Everything would have been fine if {vendor} had done its work.",
    "{name} is the one who disabled the alarms on {thing}.",
    "{name} deployed on a Friday evening although everybody knows better.",
    "{name} clicked through the warnings.",
    "{name} wiped {thing} in a moment of inattention.",
    "{name} again.",
    "{name} changed {thing} by hand and forgot to say so.",
    "{name} had one job.",
    "{name} did not bother to open a ticket for {thing}.",
    "We lost {thing} because of {name}'s negligence.",
    "The typo by {name} took {thing} out.",
    "{name} was supposed to watch {thing} but did not.",
    "Clearly {name} did not understand how {thing} works.",
    "Unfortunately {name} chose the wrong option.",
    "{name} never double-checked {thing}.",
    "The postmortem shows that {name} made the wrong call.",
    "{role} took a nap during the maintenance.",
    "{role} blew up {thing}.",
    "{role} should be more careful in the future.",
    "{role} failed to follow the runbook for {thing}.",
    "{role} neglected to inform anybody.",
    "{role} caused the incident through a lack of attention.",
    "{role} incorrectly edited {thing}.",
    "The mistake was made by {role}.",
    "{thing} was broken by {role}.",
    "{role} rolled out {thing} without having tested it.",
    "{role} was at fault.",
    "{role} lost track of which cluster was which.",
    "A wrong command by {role} removed {thing}.",
    "{role} reacted far too slowly.",
    "If only {role} had looked at the graphs.",
    "{team} messed up.",
    "{team} did not do their part.",
    "{team} let {thing} run full.",
    "{team} never fixed {thing} although we asked them to.",
    "This is what {team} gets for not testing {thing}.",
    "{team} bears the responsibility for this.",
    "{team} was sloppy.",
    "{team} overlooked {thing}.",
    "{team} shipped {thing} untested.",
    "{team} caused the data loss.",
    "{vendor} shut {thing} off without notice.",
    "{vendor} is to be held accountable.",
    "{vendor} broke their promise.",
    "{vendor} gave us a broken image.",
    "{vendor} failed to keep {thing} up.",
    "It was {vendor} who caused this.",
    "The blame lies with {vendor}.",
    "{vendor} proved to be unreliable once more.",
    "The outage is on {name}.",
    "{name} screwed up the deployment of {thing}.",
    "The incident was caused by {name}, who restarted {thing} at the wrong time.",
    "{name} failed to test the change.",
    "{name} did not notice that {thing} was failing.",
    "{name} misconfigured {thing} and took the site down.",
    "{name} forgot about {thing}.",
    "{name} wrote a buggy script that deleted {thing}.",
    "{name} was distracted and entered the wrong value.",
    "A mistake made by {name} led to the outage.",
    "{role} should have rolled back sooner.",
    "{role} made the wrong decision.",
    "{role} accidentally shut down {thing}.",
    "{role} did not follow the documented process.",
    "{role} ignored repeated warnings about {thing}.",
    "Because of an error by {role}, {thing} was unavailable.",
    "{role} is to blame for the downtime.",
    "{role} carelessly removed {thing}.",
    "{team} failed to monitor {thing}.",
    "{team} broke the build and left for the weekend.",
    "{team} didn't document {thing}.",
    "{team} is responsible for this failure.",
    "{team} rushed the release.",
    "The incompetence of {team} is to blame.",
    "{vendor} caused the incident by changing {thing}.",
    "{vendor} was negligent.",
    "{vendor} failed to deliver.",
    "This happened because {vendor} is unreliable.",
    "The fault is entirely with {vendor}.",
    "{vendor} deployed a bad change.",
)
HELD_OUT = (
    "{name} was responsible for the mistake.",
    "{name} deployed {thing} without testing it first.",
    "We were down for an hour because {name} deleted the wrong volume.",
    "{name} neglected to check {thing}.",
    "{name} made an error when updating {thing}.",
    "{name} did not verify the backup.",
    "{name} overlooked the warning.",
    "It was {name}'s mistake.",
    "{name} should have escalated.",
    "{name} failed to renew {thing} in time.",
    "The outage was caused by {role} who pushed a faulty change.",
    "{role} forgot to restart {thing}.",
    "{role} mistakenly disabled {thing}.",
    "{role} was not paying attention.",
    "{role} broke {thing} during the maintenance.",
    "A careless mistake by {role} caused the downtime.",
    "{role} missed the alert.",
    "{team} did not respond to the page.",
    "{team} made a bad decision.",
    "{team} has failed to learn from the last incident.",
    "{team} was at fault.",
    "{team} introduced a regression.",
    "The negligence of {team} caused {thing} to fail.",
    "{vendor} failed to meet its obligations.",
    "{vendor} made a mistake during its maintenance.",
    "{vendor} caused the problem.",
    "This is the fault of {vendor}.",
    "{vendor} took down {thing} without warning.",
)


@dataclass(frozen=True, slots=True)
class Planted:
    """One sentence that blames, and whether its template was among those the rules were worked on with."""

    text: str
    half: str


def sentences() -> list[Planted]:
    """Every template filled with different somebodies and things, the first letter a capital."""
    fill = {slot: cycle(values) for slot, values in SOMEBODY.items()}
    made = []
    for half, templates in (("worked", TEMPLATES), ("held_out", HELD_OUT)):
        for template in templates * EACH:
            text = template.format(**{slot: next(values) for slot, values in fill.items()})
            made.append(Planted(text[0].upper() + text[1:], half))
    unique = {one.text: one for one in made}
    return list(unique.values())


def planted_in(document: str, sentence: str, chance: random.Random) -> str:
    """The document with the sentence in one of the places where somebody could have written it."""
    lines = document.splitlines()
    places = [
        place
        for place, line in enumerate(lines)
        if line.strip() and not line.lstrip().startswith(("#", "|:", "| :", "|-", "```"))
    ]
    at = chance.choice(places)
    line = lines[at]
    if line.lstrip().startswith("|") and line.rstrip().endswith("|"):
        lines[at] = f"{line.rstrip()[:-1].rstrip()} {sentence} |"
    elif line.lstrip().startswith(("- ", "* ")):
        lines.insert(at + 1, f"- {sentence}")
    else:
        lines[at] = (
            f"{line.rstrip()} {sentence}" if line.rstrip().endswith((".", "!", "?")) else f"{line}\n\n{sentence}\n"
        )
    return "\n".join(lines)


def measure(data: Path, seed: int = 7) -> dict[str, object]:
    """All figures over the post-mortems of a folder."""
    documents = [path.read_text() for path in sorted(data.glob("*.md")) if "template" not in path.name]
    chance, made = random.Random(seed), sentences()
    found = [(one, _marked(planted_in(chance.choice(documents), one.text, chance), one.text)) for one in made]
    original = sum(len(Text(document).sentences) for document in documents)
    alarms = sum(len(blame_in(document)) for document in documents)
    return {
        "benchmark": "blame",
        "post_mortems": len(documents),
        "planted": len(made),
        "blame_found": _share(hit for _, hit in found),
        "worked": _share(hit for one, hit in found if one.half == "worked"),
        "held_out": _share(hit for one, hit in found if one.half == "held_out"),
        "sentences": original,
        "blame_false_alarms": round(alarms / max(1, original), 4),
        "targets": {"blame_found": 0.95, "blame_false_alarms": 0.02},
    }


def _marked(document: str, sentence: str) -> bool:
    """Whether the sentence is marked where it stands. Sentences do not reach over lines, so those around it are enough."""
    at = document.index(sentence)
    around = document[document.rfind("\n", 0, at) + 1 : document.find("\n", at) if "\n" in document[at:] else None]
    return any(sentence.rstrip(".") in one.span or one.span in sentence for one in blame_in(around))


def _share(hits: Iterator[bool] | Sequence[bool]) -> float:
    counted = list(hits)
    return round(sum(counted) / max(1, len(counted)), 4)


def main() -> None:
    """Prints one JSON object; with --missed the sentences that were not found, of those the rules are worked on with."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("data", nargs="?", type=Path, default=DATA)
    options.add_argument("--json", action="store_true", help="one line instead of an indented object")
    options.add_argument("--missed", action="store_true", help="what was missed of the worked templates")
    chosen = options.parse_args()
    if not chosen.data.is_dir():
        sys.exit(f"blame: no post-mortems at {chosen.data}; name a folder of Markdown files.")
    if chosen.missed:
        print("\n".join(one.text for one in sentences() if one.half == "worked" and not blame_in(one.text)))
        return
    print(json.dumps(measure(chosen.data), indent=None if chosen.json else 2))


if __name__ == "__main__":
    main()
