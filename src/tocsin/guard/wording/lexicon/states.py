"""How people say where an incident stands, and that it is over. Data: no logic, and every repeat has an upper bound."""

import re

from tocsin.guard.wording.lexicon.parts import IMPACT_NOUN, any_of

_DONE = (
    r"(?:resolved|fixed|restored|recovered|repaired|solved|cleared up|sorted(?: out)?|closed|remedied|rectified|"
    r"back(?: up(?: and running)?| online| to normal| in service| in business| to full \w{1,20})|up and running(?: again)?|"
    r"fully (?:operational|functional|available|back|working|restored|recovered|resolved|mitigated)|all clear|as good as new|"
    r"(?:working|functioning|operating|running|performing|behaving|responding|loading|processing|flowing) "
    r"(?:again|normally|as (?:normal|usual|expected|before|intended|designed|they should|it should)|properly|fine|correctly|smoothly)(?: again)?)"
)
RESOLVED_CLAIM = any_of(
    r"(?:is|are|was|were|has been|have been|been|'s been|'s|'re|got|has|have|now|all|everything|fully|completely|successfully|finally)"
    rf" (?:now |all |again |been |fully |completely |successfully |finally |once again |since |already |also ){{0,3}}{_DONE}",
    r"(?:we|our \w{1,20}|engineers|the team|team)(?:'ve| have| has)? (?:now |fully |successfully |finally |completely |already |just ){0,2}"
    r"(?:resolved|fixed|restored|repaired|solved|recovered|rectified|remedied)",
    r"all systems (?:are )?(?:operational|normal|go|green|up)",
    r"(?:is|are|it's|we're|they're|and) (?:now )?back(?= ?[.!,\u2014-]| ?$| (?:now|again|for|online|up)\b)",
    r"(?:services?|functionality|access|performance|operations?|everything|things|traffic|levels?|rates?|times?|delivery|systems?) "
    r"(?:has |have |is |are )?(?:now |fully |since |all )?(?:been )?(?:restored|recovered|returned(?: to normal)?|normali[sz]ed|back to normal)",
    r"(?:has|have|had) (?:now |all |since |fully |completely ){0,2}(?:recovered|returned to normal|come back|stabili[sz]ed completely)",
    r"returned to (?:normal|a healthy|healthy|full|their normal|its normal)",
    r"fully (?:recovered|restored|resolved|mitigated|operational)",
    r"(?:works?|connects?|loads?|functions?|runs?|responds?|arrives?|opens?|behaves?) (?:normally|as (?:usual|expected|normal|before)|fine|properly)"
    r"(?: again| now)?",
    r"(?:everyone|everybody|all (?:of you|users|customers|members|players|guests|shoppers|visitors|clients|accounts|\w{3,20})) (?:can|are able to|is able to) "
    r"(?:\w{1,20} ){1,5}?(?:again|as usual|normally)",
    r"(?:works?|working|available|accessible|possible|usable|online) (?:again )?(?:for (?:everyone|everybody|all (?:of you|users|customers|members|players|\w{3,20})))",
    r"(?:issue|incident|problem|outage|disruption|emergency|it|this|sev-?\d) (?:is|are|has|'s) (?:now |finally |all )?(?:over|closed|gone|behind us|done|history|ended|finished)",
    r"no longer (?:an issue|affected|impacted|seeing|see|any|experiencing|occurring|failing|unavailable|degraded|present|a problem)",
    r"(?:errors?|failures?|impact|timeouts|delays?|outage|disruption|incident|problems?|issue)s? (?:has |have )?(?:stopped|ended|ceased|subsided|disappeared|gone away|cleared)",
    r"(?:confirm(?:ed)?|complete|achieved|declare[ds]?) (?:a )?(?:full |complete )?(?:recovery|resolution|all[- ]clear)",
    r"(?:full|complete) (?:recovery|service|functionality|access) (?:has been |is |was )(?:confirmed|restored|achieved|reached|complete)",
    r"(?:all[- ]clear|stand down|stood down|case closed|(?:a )?thing of the past)",
    rf"{IMPACT_NOUN} (?:can|are (?:now |again )?able to) (?:now |once )?(?:[\w'-]{{1,20}} ){{1,6}}?(?:again|as usual|normally)",
    r"(?:works?|runs?|functions?|loads?|opens?|plays?|responds?|answers?|connects?|arrives?|flows?) (?:[\w'-]{1,20} ){0,4}?again",
    r"(?:stable|steady|healthy|fine|okay|normal) (?:again|(?:again )?for (?:everyone|everybody|all)\b)",
    r"(?:issue|fault|problem|errors?|disruption|outage|malfunction|defect|bug) (?:has been|have been|was|were|is|are) (?:now |fully |finally )?(?:eliminated|removed|cured|corrected|overcome|rectified|remedied|cleared)",
    r"without (?:any )?(?:restrictions?|limitations?)(?: again)?",
    r"(?:issue|incident|problem|outage|service|it|this|that|everything|all)(?: now)? (?:resolved|fixed|solved|restored|sorted)",
)
RESOLVED_ALONE = re.compile(
    r"^\W{0,4}(?:now |all |is |fully ){0,2}(?:resolved|fixed|solved|restored|recovered)\b(?= ?[.!,;:\])-]| ?$|\W)",
    re.IGNORECASE,
)
"""A sentence that begins with the word, or is nothing else."""
STATUS_LABEL = re.compile(
    r"(?:^|\n)\W{0,6}(?:(?:current |incident )?(?:status|state|stage|phase)\W{1,4}|update\W{1,4})?\[?\(?(investigating|identified|monitoring|resolved)\b"
    r"(?=\W{0,2}(?:\n|$|[\]):,.|-]|- ))|"
    r"\b(?:current |incident |the )?(?:status|state)(?: is| remains|:| -|=| now| stays| changed to| moved to){1,2} (?:still |now )?\W{0,2}"
    r"(investigating|identified|monitoring|resolved)\b|\bstill (identified|monitoring)\b|"
    r"\[(investigating|identified|monitoring|resolved)\]",
    re.IGNORECASE,
)
_CURE = r"(?:fix|fixes|solution|patch|hotfix|remedy|corrective (?:action|change|measure)s?)"
_FIX = rf"(?:{_CURE}|workaround|mitigations?|remediations?|changes?)"
STATUS_CLAIMS: dict[str, re.Pattern[str]] = {
    "monitoring": any_of(
        r"(?:a |the |our |an initial |this )?(?:fix|fixes|solution|patch|hotfix|remedy|remediations?) (?:for [^.\n]{1,60}? )?"
        r"(?:has been|have been|was|were|is now|is|are) (?:now |successfully |fully |already )?"
        r"(?:implemented|deployed|applied|rolled out|released|in place|live|out|shipped|installed|in production)",
        rf"(?:we|our \w{{1,20}}(?: team)?|engineers|the team|they)(?:'ve| have| has)? (?:now |successfully |just |also )?(?:implemented|deployed|applied|rolled out|released|shipped|"
        rf"put in place) (?:a |an |the |our |necessary |temporary |several ){{0,2}}(?:[\w-]{{1,20}} )?{_CURE}",
        r"(?:are|is|'re|continue to|continuing to|keep|keeps|will continue to|will keep) (?:now |currently |closely |still |actively )?(?:be )?"
        r"(?:monitor|monitoring|watch|watching|observe|observing|keep an eye|keeping an eye|keeping watch)"
        r"(?! (?:an?|some|any|increased|elevated|network|reports?|intermittent|high|degraded|connectivity|errors?|delays?)\b)",
        r"(?:and|,|we|team|engineers) (?:now |closely |currently )?(?:monitor|watch|observe)",
        r"(?:is|are) (?:now |being |currently ){1,2}(?:watched|monitored|observed)",
        r"monitoring (?:the )?(?:results?|recovery|fix|situation|closely|to ensure)",
    ),
    "identified": any_of(
        r"(?:we|our \w{1,20}(?: team)?|engineers|the team|team|they)(?:'ve| have| has)? (?:now |successfully |just |since ){0,2}(?:identified|found|isolated|pinpointed|located|discovered|"
        r"determined|diagnosed|traced|narrowed down|understood) (?:that |it|out )?(?:the |a |an |its |what |where |this )?(?!way|workaround)"
        r"(?:[\w'-]{1,20} ){0,3}?(?:issues?|causes?|problems?|sources?|culprit|fault|bug|origin|reason|error|errors|it|is|are|wrong|failing|users|misconfiguration)",
        r"(?:issue|cause|problem|root cause|source|culprit|fault|reason|error|bug) (?:has been|have been|was|is|is now|been|now) (?:now |successfully )?"
        r"(?:identified|found|isolated|pinpointed|located|known|understood|discovered|clear|diagnosed)",
        r"(?:we )?(?:found|identified) (?:it|the issue|the problem|the cause|the source)",
        r"(?:we |now )?(?:know|understand) (?:what|where|why) (?:the|is|it|this)",
        rf"(?:a |the |our )?{_CURE} (?:for [^.\n]{{1,60}}? )?(?:is|are) (?:now |currently |already )?(?:being |under |in )(?:implemented|deployed|applied|rolled out|prepared|tested|developed|"
        r"worked on|released|built|reviewed|progress|way|the works|testing|development|installed|written|shipped)",
        rf"(?:are|is|'re) (?:now |currently |still |already )?(?:working on (?:a|the)|implementing|deploying|applying|rolling out|preparing|testing|building|developing) (?:a |the |an |our )?(?:[\w-]{{1,20}} )?{_CURE}",
        rf"(?:continuing|continue) to (?:work|working) on (?:a|the) {_CURE}",
    ),
    "investigating": any_of(
        r"(?:are|is|'re|still|currently|continue to|continuing to|keep|we|team|engineers) (?:still |actively |now |currently |urgently |also ){0,2}(?:investigat(?:e|ing)|look(?:ing)? into|analy[sz](?:e|ing)|"
        r"diagnos(?:e|ing)|examin(?:e|ing)|check(?:ing)?|research(?:ing)?)(?! (?:out|back|the (?:results?|fix|recovery)|and|in\b|their|your))",
        r"^\W{0,4}(?:still |currently |now )?investigating",
        r"under investigation|investigation (?:continues|is ongoing|is under way|is underway|is in progress|has started|has begun)",
    ),
}
LAGGING = re.compile(
    r"investigat|look(?:ing)? into|under investigation|being|working on|work on|rolling out|deploying|implementing|analy[sz]|diagnos",
    re.IGNORECASE,
)
"""Work that goes on: in a message that all is over, it contradicts it."""
OF_THE_CAUSE = re.compile(
    r"^ (?:\w{1,20} ){0,3}?(?:causes?|scope|extent|impact|how|root|what (?:caused|happened|led|else|exactly)|why (?:this|it|that) (?:happened|was|took)|options|ways?|reasons?|details|remaining|residual|last|"
    r"improvements|follow-?ups?|prevent\w{0,6})\b",
    re.IGNORECASE,
)
"""Still investigating the cause or the extent is possible in any state; still investigating the incident is not."""
AFTERWARDS = re.compile(
    r"^ (?:\w{1,20} ){0,3}?(?:causes?|root|what (?:happened|caused|led)|how|ways?|prevent\w{0,6}|follow-?ups?|details|improvements|scope|extent)\b",
    re.IGNORECASE,
)
"""What is still investigated when all is over."""
STATUS_ORDER = ("investigating", "identified", "monitoring", "resolved")
