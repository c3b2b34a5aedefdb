"""How people say where an incident stands, and that it is over. Data: no logic, and every repeat has an upper bound."""

import re

from tocsin.guard.late import Late
from tocsin.guard.wording.lexicon.parts import IMPACT_NOUN, any_of

STATUS_ORDER = ("investigating", "identified", "monitoring", "resolved")
_W = r"[\w'-]{1,20}"
_NOW = r"(?:now |all |again |been |fully |completely |successfully |finally |once again |since |already |also |just )"
_IT = r"(?:issue|incident|problem|outage|disruption|emergency|fault|malfunction|defect|bug|errors?|failures?|delays?|timeouts|impact)s?"

# Over ------------------------------------------------------------------------------------------------------------------------

_DONE = (
    r"(?:resolved|fixed|restored|recovered|repaired|solved|cleared up|sorted(?: out)?|closed|remedied|rectified|"
    r"back(?: up(?: and running)?| online| to normal| in service| in business| to full \w{1,20})|up and running(?: again)?|"
    r"fully (?:operational|functional|available|back|working|restored|recovered|resolved|mitigated)|all clear|as good as new|"
    r"(?:working|functioning|operating|running|performing|behaving|responding|loading|processing|flowing) "
    r"(?:again|normally|as (?:normal|usual|expected|before|intended|designed|they should|it should)|properly|fine|correctly|smoothly)(?: again)?)"
)
RESOLVED_CLAIM = any_of(
    # somebody says it of the incident
    r"(?:is|are|was|were|has been|have been|been|it's|it's been|that's|they're|we're|everything's|got|has|have|now|all|everything|fully|completely|successfully|finally)"
    rf" {_NOW}{{0,3}}{_DONE}",
    rf"(?:we|our \w{{1,20}}|engineers|the team|team|we've|they've)(?: have| has)? {_NOW}{{0,2}}(?:resolved|fixed|restored|repaired|solved|recovered|rectified|remedied)",
    rf"(?:{_IT}|it|this|sev-?\d) (?:is|are|has|have) {_NOW}{{0,1}}(?:over|closed|gone|behind us|done|history|ended|finished|stopped|ceased|subsided|disappeared|gone away|cleared)",
    rf"{_IT} (?:stopped|ended|ceased|subsided|disappeared)",
    rf"{_IT} (?:has been|have been|was|were|is|are) {_NOW}{{0,1}}(?:eliminated|removed|cured|corrected|overcome|rectified|remedied|cleared|taken care of|dealt with|put right|ironed out|no more)",
    rf"(?:{_IT}|service|it|this|that|everything|all)(?: now)? (?:resolved|fixed|solved|restored|sorted|gone|squashed|behind us|closed)",
    r"(?:were|was|been|now) able to (?:fully |completely |successfully )?(?:repair|fix|resolve|restore|solve|recover|remedy|correct|rectify|clear)",
    r"(?:managed|succeeded) (?:to|in) (?:fully )?(?:repair|fix|resolv|restor|solv|recover|correct)(?:e|ing)?",
    r"(?:consider(?:ed)?|mark(?:ed|ing)?|declar(?:e|ed|ing)|call(?:ed|ing)?|treat(?:ed)?|regard(?:ed)?) (?:this |it |the )?(?:\w{1,20} )?(?:as )?(?:to be )?(?:resolved|closed|fixed|over|solved|done)",
    r"(?:(?:we|i|we're|i'm)(?: am| are)? )?(?:now )?(?:clos(?:ing|ed)|resolving) (?:this|the|it)(?: (?:incident|issue|ticket|notice|case|channel|bridge|room|call))?(?=[.,;!]|$| now| and| as)",
    r"(?:all[- ]clear|stand down|stood down|case closed|(?:a )?thing of the past|(?:crisis|disaster) averted|good to go|back on track|back in business)",
    # of the service
    r"all systems (?:are )?(?:operational|normal|go|green|up)",
    r"(?:is|are) back (?:in|on|at)|(?:is|are|it's|we're|they're|and) (?:now )?back(?= ?[.!,-]| ?$| (?:now|again|for|online|up)\b)",
    r"(?:services?|functionality|access|performance|operations?|everything|things|traffic|levels?|rates?|times?|delivery|systems?) "
    r"(?:has |have |is |are )?(?:now |fully |since |all )?(?:been )?(?:restored|recovered|returned(?: to normal)?|normali[sz]ed|back to normal)",
    r"(?:has|have|had) (?:now |all |since |fully |completely ){0,2}(?:recovered|returned to normal|come back|stabili[sz]ed completely|resumed)",
    r"(?:services?|operations?|deliver(?:y|ies)|processing|traffic|payments?|business) (?:has |have |is |are )?(?:now |all )?resumed|resumed (?:normal|full|regular|all)",
    r"returned to (?:normal|a healthy|healthy|full|their normal|its normal)",
    r"fully (?:recovered|restored|resolved|mitigated|operational)",
    r"(?:confirm(?:ed)?|complete|achieved|declare[ds]?) (?:a )?(?:full |complete )?(?:recovery|resolution|all[- ]clear)",
    r"(?:full|complete) (?:recovery|service|functionality|access) (?:has been |is |was )(?:confirmed|restored|achieved|reached|complete)",
    r"(?:works?|connects?|loads?|functions?|runs?|responds?|arrives?|opens?|behaves?|\w{3,15}(?:ed|ing)) (?:normally|as (?:usual|expected|normal|before)|fine|properly)(?: again| now)?",
    r"(?:is|are) (?:now |all )?(?!fail|block|delay|interrupt|affect|drop|crash|reject|refus|logged|limit|paus|stopp|clos|suspend|need|ask|request|requir|advis|recommend|escalat|investigat|review|test|check)\w{3,12}ed again",
    rf"(?:works?|runs?|functions?|loads?|opens?|plays?|responds?|answers?|connects?|arrives?|flows?) (?:{_W} ){{0,4}}?again",
    rf"everything works|(?:all|everything|every) (?:{_W} ){{0,3}}?(?:is|are|runs?|works?) (?:now |fully |all )?(?:operational|functional|available|online|up|green|normal|ok|okay|fine|working|running|well)(?: again)?(?=[.,;!]|$| and| now)",
    r"(?:(?:web)?site|service|system|platform|app|portal|api|server|page)s? (?:is|are) (?:now )?(?:up|live again|online again|up again|available again|accessible again|reachable again|back)(?=[ .,;!]|$)",
    r"(?:live|up|online|available|accessible|reachable|possible|stable|steady|healthy|fine|okay|normal) again",
    r"(?:works?|working|available|accessible|possible|usable|online|stable|steady|healthy|fine|okay|normal) (?:again )?for (?:everyone|everybody|all\b)",
    r"(?:all|everything|we're|we are|it's|it is|things are|that's) (?:is |are )?(?:all )?(?:good|fine|ok|okay|green|clear|well|sorted|set|up|back)(?: now| again)(?=[ .,;!]|$)|all (?:good|clear|green|fine|set|well) (?:now|again)",
    r"without (?:any )?(?:restrictions?|limitations?)(?: again)?",
    # of customers
    r"(?:everyone|everybody|all (?:of you|\w{3,20})) (?:can|are able to|is able to) (?:\w{1,20} ){1,5}?(?:again|as usual|normally)",
    rf"{IMPACT_NOUN} (?:can|are (?:now |again )?able to) (?:now |once )?(?:{_W} ){{1,6}}?(?:again|as usual|normally)",
    rf"(?:all|every|each) (?:{IMPACT_NOUN}|\w{{3,20}}s) (?:can|are able to|is able to) (?!be |only|also use|instead)(?:{_W} ?){{1,4}}",
    rf"for (?:all|every|everyone|everybody)\b(?: {_W}){{0,3}} again|again(?: {_W}){{0,3}} for (?:all|every|everyone|everybody)\b",
    rf"(?:every|all|each) (?:{_W} ){{1,5}}?(?:has|have|is|are|sees?|gets?) (?:{_W} ){{0,4}}?(?:back|again)",
    # of the harm
    r"no longer (?:an issue|affected|impacted|seeing|see|any|experiencing|occurring|failing|unavailable|degraded|present|a problem|occurs?|happens?|appears?|shows?|exists?|observed|visible|reproducible|down|slow|delayed|blocked)",
    r"(?:there (?:are|is) |we (?:see|have) )?no (?:more|further) (?:errors?|failures?|problems?|issues?|delays?|complaints?|reports?|impact|timeouts|disruptions?)",
    r"(?:no|not|nobody|none|no longer|aren't|isn't)\b[^.\n]{0,40}\b(?:any ?more|any longer)",
    r"(?:are|is|have|has) (?:now |all |completely )?gone",
)
"""Recovery, said of the incident, the service, the customers or the harm."""
RESOLVED_ALONE = Late(
    rf"(?:^|: |- )\W{{0,4}}(?:(?!not |un|elsewhere|here|there|most|some|many|partly|mostly|will |until |when |once |if |how |being |to |get |getting |have |be |an? |want )"
    rf"{_W} ){{0,3}}(?:resolved|fixed|solved|restored|recovered)\b(?= ?[.!,;:\])-]| ?$|\W)(?! (?:by|in|soon|when|once|before|price|fee|line|term))",
    re.IGNORECASE,
)
"""A sentence that begins with the word, or is hardly anything else."""

# Where it stands ---------------------------------------------------------------------------------------------------------------

_STATUS = r"(investigating|identified|monitoring|resolved)"
STATUS_LABEL = Late(
    rf"(?:^|\n)\W{{0,6}}(?:(?:current |incident )?(?:status|state|stage|phase)\W{{1,4}}|update\W{{1,4}})?\[?\(?{_STATUS}\b"
    r"(?=\W{0,2}(?:\n|$|[\]):,.|-]|- ))|"
    rf"\b(?:current |incident |the )?(?:status|state)(?: is| remains|:| -|=| now| stays| changed to| moved to){{1,2}} (?:still |now )?\W{{0,2}}{_STATUS}\b|"
    rf"\bstill (identified|monitoring)\b|\[{_STATUS}\]",
    re.IGNORECASE,
)
"""The status as a label: "[Monitoring]", "Status: identified"."""
_CURE = r"(?:fix|fixes|corrections?|solution|patch|hotfix|remedy|corrective (?:action|change|measure)s?)"
_WE = r"(?:we|our \w{1,20}(?: team)?|engineers|the team|team|they|we've|they've)(?: have| has)?"
STATUS_CLAIMS: dict[str, Late] = {
    "monitoring": any_of(
        rf"(?:a |the |our |an initial |this )?(?:{_CURE}|remediations?) (?:for [^.\n]{{1,60}}? )?(?:has been|have been|was|were|is now|is|are) (?:now |successfully |fully |already )?"
        r"(?:implemented|deployed|applied|rolled out|released|in place|live|out|shipped|installed|in production)",
        rf"{_WE} (?:now |successfully |just |also )?(?:implemented|deployed|applied|rolled out|released|shipped|put in place) "
        rf"(?:a |an |the |our |necessary |temporary |several ){{0,2}}(?:[\w-]{{1,20}} )?{_CURE}",
        r"(?:fix|correction|patch|solution) (?:is|went|has gone|goes) (?:now )?(?:in|out|live)(?=[ .,;]|$)(?! (?:progress|the works|testing|development|review|preparation|sight|hand|motion|of reach))",
        r"(?:are|is|we're|they're|continue to|continuing to|keep|keeps|will continue to|will keep) (?:now |currently |closely |still |actively )?(?:be )?"
        r"(?:monitor|monitoring|watch|watching|observe|observing|keep an eye|keeping an eye|keeping watch)"
        r"(?! (?:an?|some|any|increased|elevated|network|reports?|intermittent|high|degraded|connectivity|errors?|delays?)\b)"
        r"(?! (?:the )?(?:situation|events|developments?)[^.\n]{0,40}(?:while|as) we\b)",
        r"(?:and|,|we|team|engineers) (?:now |closely |currently )?(?:monitor|watch|observe)",
        r"(?:is|are) (?:now |being |currently ){1,2}(?:watched|monitored|observed)",
        r"(?:is|are|been|have|has|now|we've|we're) (?:now )?(?:in|moved (?:in)?to|entered|gone (?:in)?to|switched to) (?:the )?monitoring(?: (?:phase|stage|state|status|mode))?(?=[ .,;!]|$)",
        r"monitoring (?:the )?(?:results?|recovery|fix|closely|to ensure)",
    ),
    "identified": any_of(
        rf"{_WE} (?:now |successfully |just |since ){{0,2}}(?:identified|found|isolated|pinpointed|located|discovered|determined|diagnosed|traced|narrowed down|understood) "
        r"(?!that (?:some |many |most |all |a |certain |several )?(?:\w{1,20} )?(?:customers|users|clients|members|players|people|visitors))"
        r"(?:that |it |out )?(?:the |a |an |its |what |where |this )?(?!way|workaround)(?:[\w'-]{1,20} ){0,3}?"
        r"(?:issues?|causes?|problems?|sources?|culprit|fault|bug|origin|reason|error|errors|it|is|are|wrong|failing|misconfiguration)",
        r"(?:issue|cause|problem|root cause|source|culprit|fault|reason|error|bug) (?:has been|have been|was|is|is now|been|now) (?:now |successfully )?"
        r"(?:identified|found|isolated|pinpointed|located|known|understood|discovered|clear|diagnosed)",
        r"(?:found|identified) (?:it|the issue|the problem|the cause|the source)",
        r"(?:we |now )(?:know|understand|see) (?:what|where|why) (?:the|is|it|this|went|happened|caused|goes)",
        rf"(?:a |the |our )?{_CURE} (?:for [^.\n]{{1,60}}? )?(?:is|are) (?:now |currently |already )?(?:being |under |in )(?:implemented|deployed|applied|rolled out|prepared|tested|developed|"
        r"worked on|released|built|reviewed|progress|way|the works|testing|development|installed|written|shipped)",
        r"(?:are|is|we're|they're) (?:now |currently |still |already )?(?:implementing|deploying|applying|rolling out|preparing|testing|building|developing) "
        rf"(?:a |the |an |our )?(?:[\w-]{{1,20}} )?{_CURE}",
        r"(?:and|is|are) (?:now |currently )?being (?:fixed|repaired|corrected|remedied)",
    ),
    "investigating": any_of(
        r"(?:are|is|we're|they're|still|currently|continue to|continuing to|keep|we|team|engineers) (?:still |actively |now |currently |urgently |also ){0,2}"
        r"(?:investigat(?:e|ing)|look(?:ing)? into|analy[sz](?:e|ing)|diagnos(?:e|ing)|examin(?:e|ing)|search(?:ing)?(?! is| for (?:hotels|flights|products))|"
        r"trying to (?:find out|understand|work out|figure out)|check(?:ing)?|research(?:ing)?)(?! (?:out|back|the (?:results?|fix|recovery)|and|in\b|their|your))",
        r"^\W{0,4}(?:still |currently |now )?investigating",
        r"(?:do not|don't|not) (?:yet )?(?:really )?know (?:yet )?(?:what|where|why) (?:is|the|it|this|went|they)",
        r"(?:issue|problem|error|fault|bug) (?:has|have|is|was) not (?:yet )?(?:been )?(?:identified|found|located|isolated|understood)",
        r"no idea (?:yet )?(?:what|where|why)|hunting (?:for|down)|still (?:looking|searching|hunting|digging)",
        r"under investigation|investigation (?:continues|is ongoing|is under way|is underway|is in progress|has started|has begun)",
    ),
}
"""The status as prose."""
OF_THE_CAUSE = Late(
    r"^ (?:\w{1,20} ){0,3}?(?:causes?|scope|extent|impact|how|root|what (?:caused|happened|led|else|exactly)|why (?:this|it|that) (?:happened|was|took)|options|ways?|reasons?|"
    r"details|remaining|residual|last|improvements|follow-?ups?|prevent\w{0,6})\b",
    re.IGNORECASE,
)
"""Still investigating the cause or the extent is possible in any state; still investigating the incident is not."""
AFTERWARDS = Late(
    r"^ (?:\w{1,20} ){0,3}?(?:causes?|root|what (?:happened|caused|led)|how|ways?|prevent\w{0,6}|follow-?ups?|details|improvements|scope|extent)\b",
    re.IGNORECASE,
)
"""What is still investigated when all is over."""
UNFINISHED = any_of(
    rf"(?:work|working) on (?:a|the) (?:{_W} )?{_CURE}",
    rf"{_CURE} (?:is|are) (?:now |currently |still )?being \w{{3,15}}",
    rf"(?:implementing|deploying|applying|rolling out|preparing|testing|building|developing) (?:a |the |an |our )?(?:{_W} )?{_CURE}",
)
"""A fix that is not out yet."""
LAGGING = Late(
    r"\b(?:are|is|we're) (?:now |still |currently )?(?:monitor|watch|observ)|investigat|look(?:ing)? into|under investigation|being|working on|work on|rolling out|deploying|"
    r"implementing|analy[sz]|diagnos",
    re.IGNORECASE,
)
"""Work that goes on: in a message that all is over, it contradicts it."""
ONGOING = Late(
    r"\bstill (?:cannot|can't|fail(?:s|ing)?|see|down|unavailable|affected|experienc\w{1,4}|slow|unable|delayed|broken|impacted|missing|offline)\b|"
    r"\b(?:cannot|can't|unable to) (?:\w{1,20} ){1,4}?(?:at the moment|right now|currently|at present)\b",
    re.IGNORECASE,
)
"""Harm that goes on."""
