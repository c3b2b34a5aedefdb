"""How people assert a cause, or guess one. Data: no logic, and every repeat has an upper bound."""

import re

from tocsin.guard.late import Late
from tocsin.guard.wording.lexicon.parts import CHANGE, EFFECT, TROUBLE, any_of, words

DUE_TO = any_of(
    r"(?:caused|introduced|provoked|brought about|brought on|produced|overloaded|overwhelmed|knocked out|taken down|brought down) by",
    r"(?:is|was|are|were|be|been|being) (?:\w{1,20} )?triggered by",
    r"because(?: of)?",
    r"due to",
    r"owing to",
    r"on account of",
    r"as (?:a|the) (?:direct )?(?:result|consequence) of",
    r"(?:is|was|are|were|be|been) (?:the|a) (?:direct )?(?:result|consequence|effect) of",
    r"thanks to (?:a|an|the|our|some|one)",
    r"(?:stem(?:s|med)?|stemming|originat(?:es|ed|ing)|resulted|resulting) from",
    r"traced (?:it |this |them )?(?:back |down )?to",
    r"(?:attribut(?:ed?|able)|ascrib(?:ed?|es)|put(?:ting)? (?:it|this|that|them|these|\w{1,20}) down|chalk(?:ed)? (?:it |this )?up|(?:which|this|that|these) (?:we )?put down) to",
    r"(?:is|was|are|were|all|it's|that's) down to",
    r"(?:rooted|grounded|lies|lie) (?:in|with)",
    r"(?:originat(?:es|ed|ing)|started|began|occurred) in (?:our|a|an|one of|the (?:database|network|payment|storage))",
    r"(?:narrowed|pinned|pinpointed|tracked|boils?|boiled) (?:(?:it|this|that|things) )?(?:down )?(?:to|on)(?= (?:a|an|the|our|one))",
    r"(?:its|their) (?:origin|root|roots|source) (?:in|at)",
    r"(?:has|have|had|got) (?:everything |something |a lot )?to do with",
    r"(?:in the wake|on the back|under the weight) of",
    r"courtesy of",
)
"""Phrases after which the cause follows, unless the incident itself is meant."""
CAUSE = any_of(
    r"(?:root cause|cause|reason|source|culprit)s?(?: (?:of|for|behind) (?:the |this |these |it|your )?(?:[\w-]{1,30} ?){0,4})?"
    r"[ :]{1,2}(?:is|was|are|were|appears?|seems?|looks?|lies?|turned out|turns out|(?:has|have) been traced)"
    r"(?! (?:not|still|yet|unknown|unclear|being|under|seeing|facing|experiencing|having|to be determined|identified|found|now (?:known|identified)|known|confirmed|fixed))",
    rf"(?:it|this|that|they|{TROUBLE}|errors?|faults?|delays?|trouble) {words(3)}"
    r"(?:comes?|came|stem(?:s|med)?|result(?:s|ed)|originat(?:es|ed)|aris(?:es|ing)|arose|goes back|go back|went back|dates back|"
    r"(?:was|were|is|are|been) (?:traced|tracked|narrowed) (?:back |down )?)(?: from| to| in)",
    r"(?:suspects?|suspected|suspecting)(?: that)? (?:a|an|the|our|it|this|one|some|these|they|there)",
    rf"(?:is|are|was|were|be|being|seems?|looks?|appears?(?: to be)?|likely|probably|possibly|apparently)(?! (?:not|n't)) {words(2)}"
    r"(?:related|linked|connected|tied) to",
    r"(?:looks?|seems|sounds)(?: to (?:us|me))?(?: very much| a lot)? like (?:a|an|the|our|one|some|it was|it is|it's)",
    r"(?:points?|pointing|hints?|hinting) (?:to|at|towards?) (?:a|an|the|our|some|one)",
    r"(?:most |very )?(?:likely|probably|possibly|apparently|presumably|seemingly|maybe|perhaps)"
    r"(?: it is| it's| it was| this is| this was)? (?:a|an|due|caused|because|from|after)",
    rf"(?:after|following|since) (?:last night's|yesterday's|today's|this morning's|this afternoon's|tonight's|the latest|the recent|"
    rf"a recent|our (?:latest|last|recent)|a scheduled|a planned|the planned|the scheduled) {words(2)}{CHANGE}",
    rf"(?:after|following|since) (?:a|an|our|the|we|this|that|one|some|\w{{1,20}}'s) {words(3)}(?:deploy(?:ment|ed|ing)?|releas(?:e|ed|ing)|rollout|rolled out|upgrad(?:e|ed|ing)|migrat(?:ion|ed|ing)|updated|maintenance|switch(?:ed|over)?|go-live|pushed|merged|patched|install(?:ed|ation)|moved|enabled|introduced|launch(?:ed)?)",
    rf"when (?:we|our \w{{1,20}}|the team|engineers) {words(1)}(?:added|changed|updated|upgraded|deployed|released|switched|moved|migrated|rolled|enabled|disabled|removed|restarted|installed|introduced|replaced|launched|pushed|merged)",
    rf"(?:start(?:ed|s)?|began|begun|happen(?:ed|s)|occurr(?:ed|ing)|appear(?:ed|s)|came up|arose|seen) {words(2)}"
    rf"(?:after|following|with) {words(4)}{CHANGE}",
    rf"{CHANGE}(?! teams?\b)(?: (?!what|who|team|on what|to find)[\w'%-]{{1,30}}){{0,6}} {EFFECT}",
    rf"(?:{CHANGE}|interaction|machines?|process(?:es)?|queues?|timetables?|feeds?|botnets?|bots?|switch(?:es)?|routers?|components?|version|combination|conflict|mistake|error|typo|flaw|glitch|backlog|timer|clean-?up|spike)(?: (?!what|who|team|which|where|to\b|for\b|issue|problem|incident|outage|address|is |are )[\w'%-]{{1,30}}){{0,8}}? (?:that |which )?"
    r"(?:has |have |had |is |are |was |were |has been |have been )?(?:now |also |then |apparently |inadvertently |unexpectedly )?(?:breaks?|broke|breaking|prevents?|prevented|preventing|blocks?|blocking|slows?|slowed|slowing|overwhelms?|overwhelmed|overwhelming|impacts?|impacted|impacting|affects?|affecting|affected|confus(?:es|ed|ing)|drops?|dropped|dropping|"
    r"corrupt(?:s|ed|ing)|creat(?:es|ed|ing)|interrupt(?:s|ed|ing)|disrupt(?:s|ed|ing)|exhaust(?:s|ed|ing)|used up|uses up|using up|ate|eats|stops?|stopped|stopping|hit|hits|took out|takes out|consum(?:es|ed|ing)|interfer(?:es|ed|ing) with|tripped|overloading|flooding|hammering)(?: down| up)?"
    r"(?= (?:the|our|some|all|a|an|this|that|them|those|you|everything|it|traffic|connecti\w{1,8}|log-?ins?|sign-?ins?|payments?|orders?|pages?|customers|users|several|many|one|us|things|performance|access|services?|requests|deliver\w{1,6}|data|uploads?|checkouts?|messages?|e-?mails?|most|parts?))",
    r"(?:a|an|the|our) (?:[\w'-]{1,20} ){0,6}?(?:has|have|had|contain(?:s|ed)?|include[sd]?|introduced|came with) (?:a|an|the|some|several) (?:\w{1,20} )?(?:bugs?|defects?|errors?|faults?|mistakes?|typos?|flaws?|regressions?|problem)(?! (?:rate|page|message|code))",
    r"(?:we|i|our \w{1,20}|the team|engineers) (?:\w{1,20} ){0,2}?(?:introduced|made|deployed|pushed|released|shipped|rolled out|installed|applied|accidentally \w{3,15}|mistakenly \w{3,15}|inadvertently \w{3,15}|wrongly \w{3,15}) (?:a|an|the|some|this) (?:\w{1,20} ){0,2}?(?:bug|defect|mistake|error|typo|regression|misconfiguration|bad \w{1,20}|faulty \w{1,20}|broken \w{1,20}|wrong \w{1,20})",
    r"(?:we|i|our \w{1,20}|the team|engineers) (?:accidentally|mistakenly|inadvertently|wrongly|unintentionally|erroneously) \w{3,15}",
    r"(?:something|things?) (?:went|has gone|have gone|had gone) wrong (?:with|in|during|while|when|after|at)",
    r"(?:it is|it's|it was|that was|that is|that's|this is) (?:the|our|a) (?:[\w'-]{1,20} ){0,4}?(?:that|which) (?:\w{3,15}s|\w{3,15}ed|broke|makes|made|is|are|was)\b",
    r"(?:it's|it is|it was|that's|this is) (?:the|our|a|an) (?:new |latest |recent |bad |faulty |last )?(?:release|update|deploy(?:ment)?|version|migration|upgrade|change|patch|maintenance|attack|ddos|database|network|bug)(?=[ .,;!]|$)(?! (?:page|notice|issue|window))",
    r"(?:likely|probable|suspected|possible|presumed|apparent|actual|main|underlying|direct) (?:root )?(?:cause|reason|culprit|source|trigger)(?! (?:is|has|was|remains) (?:not|still|unknown|under|being))",
    r"(?:cause|reason|culprit) (?:to be|as) (?:a|an|the|our)",
    r"(?:guess|bet|money|hunch) (?:would be|is on|is|was|would)",
    r"(?:hypothesis|theory|suspicion|hunch|guess) ?[:=-] ?(?!none|unknown|no\b|tbd)[\w'-]{1,30}",
    r"in all (?:likelihood|probability)",
    rf"blame (?:the|a|an|our|it on) {words(2)}{CHANGE}",
    r"(?:a |the )?(?:update|change|release|deployment|fix|patch|version|setting|config\w{0,9}|migration) responsible for",
    r"under (?:a |an )?(?:\w{1,20} )?(?:ddos|denial[- ]of[- ]service|cyber-?attack|attack|heavy attack|brute[- ]force)",
    r"(?:shows?|showed|confirm(?:s|ed)?|suggests?|indicates?|reveals?) that (?:a|an|the|our|one) (?:[\w'-]{1,20} ){1,4}?(?:dropped|failed|broke|crashed|blocked|overloaded|rejected|lost|caused|was|is|did)\b(?! (?:resolved|working|back|recover))",
    r"(?:is|are|was|were) (?:behind|responsible for|at the root of|to blame for|the culprit (?:for|behind)) (?:this|these|that|it|the|today)",
    r"(?:turns? out|turned out|emerged|transpired|became clear|found out|established|learned|learnt|looks as if|looks as though|seems as if|appears) (?:that |to be |to have been )?(?:a|an|the|our|one|some|someone|there|it was|this was)(?! (?:issue|problem|incident|fix|way|workaround))",
    r"(?:certificate|licence|license|domain|token|key|server|database|disk|update|change|release|link|cable|switch) (?:seems?|appears?) to have",
    r"(?:seems?|appears?|has|must|cannot but|likely|thought|believed|assumed|suspected|reported) to (?:be|have been) (?:a|an|due|caused|because|the result|down|related|linked|triggered)",
    r"(?:first |initial |preliminary |our |early |the |root cause )?(?:analysis|findings?|evidence|investigations?|checks?|results?|signs|logs|data|indications|traces|symptoms)(?: so far)? ?(?:shows?|showed|suggests?|suggested|points?|pointed|indicates?|indicated|reveals?|revealed|confirms?|[:=])(?= ?(?!no\b|nothing\b|that (?:no|some|most|all)\b))",
    r"(?:what|here is what|here's what) (?:happened|went wrong|broke|caused (?:it|this)) ?(?:is|was|[:=-])",
    r"(?:the )?(?:explanation|trigger|origin|root|background|story|smoking gun)(?: (?:of|for|behind) (?:the |this )?\w{1,20})? ?(?:is|was|[:=])(?! (?:not|still|yet|unknown|unclear|being|under))",
    r"(?:believe|think|assume|reckon|guess|fear|feel|figure|understand|confident|convinced|sure)(?: that)? (?:a|an|the|our|one|some|someone) (?:[\w'-]{1,20} ){1,4}?(?:is|was|are|were|has|have|did|may|might|could|overloaded|failed|broke|went|changed)(?! (?:resolved|fixed|back|recovering|mitigated|over|under|now|improving|working))",
    r"(?:we have|there is|we've got|i have|have) (?:a|an|our) (?:strong |gut |good )?(?:feeling|sense|inkling|hunch|idea|theory|suspicion|hypothesis|suspect)",
    r"(?:systems?|servers?|platform|network|lines|databases?|infrastructure) (?:is|are|was|were|has been|have been|got) (?:simply |completely |heavily |badly )?(?:overloaded|overwhelmed|under (?:heavy|unusual|extreme|high) load|saturated|swamped|flooded|misconfigured|attacked|under attack|compromised|hacked)",
    r"(?:ran|run|running|runs) (?:out of|low on|short of) (?:disk |storage |free )?(?:space|memory|capacity|storage|licen[cs]es|connections|threads|addresses|resources|power)",
    r"(?:certificates?|licen[cs]es?|domains?|tokens?|subscriptions?|contracts?|keys?|leases?|passwords?) (?:has |have |had |was |were )?(?:silently |quietly )?(?:expired|lapsed|run out|ran out|not (?:been )?renewed|revoked)",
    r"(?:power|electricity|cooling|air conditioning|fibre|fiber|cable|hardware|disks?|drives?|router|switch|firewall|mains|generator|storage) (?:\w{1,20} )?(?:cut|outage|failure|failed|fault|failing|loss|surge|broke|died|overheated|was cut|was damaged|went down)",
    r"(?:jobs?|scripts?|imports?|batch(?:es)?|migrations?|feeds?|cron|clean-?ups?|replication|indexes|index|rules?|filters?|patch(?:es)?|updates?|releases?|deployments?|config(?:uration)?s?|settings?|changes?|versions?|modules?|components?|sensors?|backups?|tasks?|quer(?:y|ies)|sync|process(?:es)?)"
    r" (?:\w{1,20} )?(?:(?:has |have |had |was |were )?(?:wrongly |accidentally |unexpectedly |silently |mistakenly )?(?:removed|deleted|wiped|overwritten|overwrote|corrupted|misfired|ran twice|run twice|went wrong|gone wrong|was wrong|was faulty|was broken|was bad|was buggy|not renewed|"
    r"filled|clogged|locked|never finished|changed the|changed their|changed its|reset|blocked)|(?:did not|didn't|had not|hadn't|never|failed to) (?:finish|run|complete|start|renew|apply|fire|execute|clean))",
    r"(?:supplier|provider|partner|vendor|carrier|third party|hoster|registrar|operator)s?(?: \w{1,20}){0,4} (?:changed|switched|modified|updated|altered|stopped|shut|cut|withdrew|blocked|removed|upgraded|migrated|replaced)",
    r"(?:someone|somebody|an? (?:engineer|employee|colleague|administrator|operator|developer|intern|trainee|contractor)) (?:\w{1,20} ){0,2}?(?:deleted|removed|changed|pushed|deployed|entered|switched|unplugged|cut|uploaded|ran|restarted|merged|typed|selected|clicked)",
    r"(?:third part(?:y|ies)|supplier|vendor|provider|partner|operator|attacker|hackers?|competitor|bots?|botnet) (?:is|are|was|were|seems?|may be|might be) (?:\w{1,20} )?(?:responsible|behind|at fault|to blame|attacking|flooding|the (?:cause|source|reason))",
    r"(?:root cause|cause|reason|culprit)s? ?[:=] {0,2}(?!unknown|not|under|tbd|tba|being|still|to be|n/a|open|we |our |your |no\b| )[\w'-]{1,30}",
    r"(?:hunch|suspicion|theory|hypothesis|guess|assumption|impression|working assumption|diagnosis)s? (?:is|was|are|that|points?)",
    r"(?:clearly|probably|likely|apparently|obviously|certainly|evidently|closely) (?:connected|related|linked)",
    r"(?<!there )(?<!you )(?:(?:it|this|that|these|cause|reason|problem|issue|culprit) (?:could|may|might|must)|^\W{0,3}(?:could|may|might|must)) (?:well |also |simply |just )?"
    r"(?:be|have been) (?:a|an|due|down to|the|our|some|caused|because|from)",
    r"(?:correct|fix|remov|revert|undo|undid|undone|roll|rolled back|tak|took|replac|disabl|repair|switch)(?:ed|ing|en|t)?(?: back| off| out)? (?:a|an|the|our|one|this) (?:[\w-]{1,20} ){0,2}?"
    r"(?:wrong|faulty|bad|broken|expired|defective|erroneous|misconfigured|incorrect|malformed|corrupt(?:ed)?|rogue|runaway) [\w-]{2,20}",
    rf"{CHANGE}(?: [\w-]{{1,20}}){{0,2}} (?:that|which) (?:has |have |had )?(?:blocked|caused|broke|broken|slowed|stopped|prevented|overloaded|crashed|triggered|affected|introduced)",
    r"(?:which|that) (?:has |have |had |then |in turn )?(?:caused|triggered|led to|resulted in|overloaded|broke)",
    rf"(?:identified|found|discovered|detected|isolated|uncovered|located) (?:a|an|the) (?!fix|way|workaround|solution){words(3)}"
    r"(?:misconfiguration|bug|defect|faulty [\w-]{1,30}|bad [\w-]{1,30}|expired [\w-]{1,30}|wrong [\w-]{1,30}|broken [\w-]{1,30}|"
    r"(?:configuration|code|config) (?:change|error)|memory leak|hardware (?:fault|failure|problem|issue)|power (?:cut|failure|problem)|"
    r"regression|overload|attack)",
    rf"{TROUBLE} (?:with|in|at|on) (?:our|a|an|the|one of our) {words(3)}"
    r"(?:databases?|database servers?|servers?|network (?:hardware|equipment|provider)|hardware|data cent(?:er|re)s?|power supply|"
    r"storage (?:system|layer|array)s?|load balancers?|hosting|suppliers?|vendors?|providers?|carriers?)",
    r"(?:upstream|third[- ]party|external|hosting|network|cloud) (?:provider|vendor|supplier|carrier|dependency)"
    rf"(?:'s)? {words(1)}(?:{TROUBLE}|failures?)",
)
"""Phrases that assert a cause, or guess one."""
CAUSED_BY_ITSELF = Late(
    rf"^ (?:by |of )?(?:this|the|that|these|those|an?|our|any|such)?(?: (?:ongoing|current|same|above|technical|internal|unexpected|"
    rf"temporary|unforeseen|recent|earlier|service))? ?(?:{TROUBLE}|errors?|delays?|this|it)s?(?! (?:at|with|in|of|from|on|by) )"
    r"(?=[ .,;:!)]|$)",
    re.IGNORECASE,
)
"""What follows "due to" when the incident itself is meant: "due to this issue you may see old prices"."""
NO_CAUSE = Late(
    r"\b(?:whether|what|why|how|if|no (?:sign|signs|evidence|indication|indications|reason to believe|idea)|cannot say|can't say|do not know|don't know|unclear|unknown|unrelated|rul(?:ed?|ing) out|"
    r"nothing to do|inconvenience|understand|determine|establish|confirm(?:ing)?|find out|verify(?:ing)?|check(?:ing)?|look(?:ing)? for|search(?:ing)? for|trying to)\b(?!ed)[ \w'%-]{0,40}$|"
    r"\b(?:not|never|n't|isn't|wasn't|aren't|weren't)(?: (?:been|be|yet|directly|likely|necessarily|clearly|simply|only|have|at all))? ?$|\bno (?:\w{1,20} )?$",
    re.IGNORECASE,
)
"""Words before such a phrase that make it a question, a denial, or a courtesy."""
ADVISES = Late(
    r"\bplease\b|\bwe (?:have |are |'ve )?(?:pause|stop|switch|turn|disabl|clos|suspend|ask|recommend|advis|want|would)",
    re.IGNORECASE,
)
"""What follows "because" when a reason is given for what to do, not for what happened."""
TROUBLE_BEFORE = Late(rf"\b{TROUBLE},? $", re.IGNORECASE)
"""The incident itself, before "which caused": it names no cause."""
