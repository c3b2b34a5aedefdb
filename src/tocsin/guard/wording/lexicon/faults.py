"""How people hold somebody responsible: who, and what they are said to have done wrong. Data: no logic, and every repeat has an upper bound."""

import re

from tocsin.guard.late import Late
from tocsin.guard.wording.lexicon.parts import any_of, words

_ANY = r"(?:[\w'-]{1,20} )"
"""A word and the space after it."""

# Who -------------------------------------------------------------------------------------------------------------------------

ROLE = (
    r"(?:(?:grid |network |system |machine |night |shift |console )?operators?|engineers?|developers?|devs?|programmers?|coders?|admins?|administrators?|sysadmins?|dbas?|"
    r"employees?|colleagues?|co-?workers?|contractors?|consultants?|freelancers?|interns?|trainees?|apprentices?|juniors?|newcomers?|new hires?|technicians?|"
    r"team members?|staff(?: members?)?|members? of (?:our|the) (?:[\w-]{1,20} )?(?:team|staff)|on-?call(?: (?:engineer|person|colleague))?|"
    r"persons?|managers?|team leads?|tech leads?|leads?|architects?|analysts?|testers?|reviewers?|approvers?|authors?|commanders?|responders?|directors?|executives?|"
    r"someone|somebody|agents?|support (?:agent|staff)|guys|folks|lads|boys|kids|idiots?|clowns?|amateurs?|cowboys)"
)
TEAM = (
    r"(?:teams? (?-i:[A-Z][\w-]{1,20})|(?:\w[\w-]{0,29} ){0,2}(?:teams?(?! (?-i:[A-Z]))|departments?|squads?|crew|tribe|guild|shift)|ops|devops|sre|sres|qa|operations|engineering|(?-i:IT)|infra|"
    r"finance|marketing|sales|legal|product|support|hr|purchasing|facilities|management|leadership|procurement|security|networking|dev)"
)
VENDOR = (
    r"(?:(?:\w[\w-]{0,29} ){0,3}?(?:providers?|vendors?|suppliers?|third[- ]part(?:y|ies)|carriers?|partners?|processors?|hosting compan(?:y|ies)|hosters?|registrars?|isps?|telcos?|"
    r"subcontractors?|outsourcers?|contracting company|consultancy|integrators?|agency|agencies|consultants|city|council|authority|authorities|government|ministry|bank|airline|courier))"
)
KNOWN = frozenset(
    (
        "AWS Amazon Azure Microsoft Google GCP Cloudflare Fastly Akamai Stripe Twilio Okta Auth0 Datadog GitHub GitLab Heroku DigitalOcean Snowflake MongoDB "
        "Adyen PayPal SendGrid Mailgun Salesforce Zendesk Verizon Comcast Equinix OVH Hetzner Linode Oracle IBM Atlassian Slack Zoom Vercel Netlify Telekom "
        "Vodafone Worldpay Klarna Braintree Shopify Intercom PagerDuty CrowdStrike Accenture Cognizant Infosys Capgemini Rackspace Docker HashiCorp Grafana "
        "Elastic Confluent Redis Cisco Juniper VMware Dell HPE Lumen Cogent Telia Orange Sinch Vonage Mollie Plaid Wise"
    ).split()
)
"""Companies that others depend on. `Situation.vendors` adds a team's own."""
AGENT = Late(
    rf"(?<![\w-])(?:(?:an?|the|our|one of (?:our|the)|some|another|their|his|her|your|my|a certain|this|that) )?(?:\w[\w-]{{0,19}} ){{0,2}}?"
    rf"(?:{ROLE}|{TEAM}|{VENDOR})(?![\w-])|(?<![\w-])(?:he|she|you|they)(?![\w'-])",
    re.IGNORECASE,
)

# What they did wrong ---------------------------------------------------------------------------------------------------------

BAD = r"(?:wrong|bad|broken|faulty|incorrect|invalid|untested|unreviewed|old|outdated|stale|buggy|half-?finished|incomplete|unapproved|sloppy|misspelt|mistyped)"
_RASHLY = (
    r"(?:accidentally|mistakenly|wrongly|carelessly|negligently|recklessly|blindly|foolishly|stupidly|inadvertently|hastily|erroneously|incorrectly|sloppily|"
    r"prematurely|lazily|needlessly|irresponsibly|thoughtlessly)"
)
_BROKE = (
    r"broke|botched|bungled|sabotaged|crashed|wrecked|ruined|messed|screwed|blew|bricked|knocked out|took down|brought down|caused|is causing|"
    rf"took {_ANY}{{1,4}}?down|brought {_ANY}{{1,4}}?down|knocked {_ANY}{{1,4}}?out|"
    rf"(?:shipped|released|pushed|merged|deployed|wrote|committed|introduced) (?:a|the|this|another|such a) {_ANY}{{0,2}}?(?:bug|defect|regression|mistake|fault|virus|error)|"
    rf"left (?:us |behind |everyone |the team )?(?:with )?(?:a|this|such a|quite a) {_ANY}?(?:mess|bug|disaster|trap|time ?bomb|chaos)|"
    rf"left {_ANY}{{1,4}}?(?:open|unprotected|unpatched|unlocked|running|exposed)|"
    r"(?:cut|severed|damaged|unplugged|disconnected|pulled) (?:a|an|the|our|us|their|some)|"
    rf"(?:deleted|dropped|wiped|erased|truncated|overwrote|destroyed) (?:the|our|a|all|all the|customer|production|prod|his|her) {_ANY}?"
    r"(?:tables?|databases?|data|records?|buckets?|volumes?|backups?|prod(?:uction)?|customers?|accounts?|files?|disks?|snapshots?|index(?:es)?)|"
    rf"ran {_ANY}{{1,5}}?(?:in|on|against) prod(?:uction)?"
)
_OMITTED = (
    r"forgot|forgets?|had forgotten|has forgotten|neglected|overlooked|ignored|disregarded|violated|bypassed|skipped|cut corners|dropped the ball|failed to|fails to|failed us|"
    r"was asleep|fell asleep|slept|overslept|(?:wasn't|was not|weren't|were not) paying attention|panicked|hesitated|dismissed|lacked|dragged (?:his|her|their) feet|refused to|did nothing|gave up|let (?:us|you|everyone|the (?:team|company)) down|"
    rf"missed (?:this|it|that|the {_ANY}?(?:bug|error|problem|issue|alert|alarm|warning|page|regression|mistake|call|deadline|change|step|signs?))|"
    r"never (?:even |once |really |actually |properly |fully |bothered to )?(?:[a-z]{2,12}ed|double-checked|read|told|saw|knew|did|took|gave|sent|thought|learn(?:ed|t)|understood|spoke|came|went|paid)|"
    r"did(?:n't| not) (?:even |really |properly |bother to )?(?:bother|care|check|test|follow|read|notice|verify|review|think|pay|know|do (?:his|her|their)|understand|respond|react|escalate|tell|inform|document|"
    r"ask|validate|monitor|act|watch|communicate|plan|listen|look|keep|warn|deliver|prepare|learn|consider|realise|realize|catch|update|answer|use|take|run|wait)|"
    r"(?:has|have|had) no (?:clue|idea (?:what|how)|business (?:doing|touching)|excuse)"
)
_SHOULD = (
    r"should(?:n't| not| never)? have|could(?:n't| not)? have (?:known|caught|noticed|tested|checked|avoided|prevented)|ought to have|"
    r"(?:was|were|is|are|been) (?:very |simply |clearly |too |just |so |rather |grossly |entirely |solely |fully )?(?:careless|negligent|incompetent|sloppy|reckless|lazy|inattentive|inexperienced|"
    r"irresponsible|unqualified|unprepared|distracted|overconfident|to blame|at fault|responsible for (?:the|this|all|what)|guilty|slow to|too slow|unprofessional|clueless|asleep)|"
    rf"(?:made|makes|making) (?:a|an|the|another|yet another|several|many) {_ANY}{{0,2}}?(?:mistakes?|errors?|blunders?|slip|slip-?up|mess)|"
    r"mishandled|mismanaged|misconfigured|misread|misjudged|misunderstood|mistyped|fat-?fingered"
)
_ILL = (
    r"took (?:a |the |some )?(?:shortcuts?|easy way)|took it upon (?:him|her|them)sel(?:f|ves)|confused|mixed up|chose to (?:ignore|skip|bypass|look away)|sat on|hid|concealed|covered up|withheld|lied|denied|pretended|"
    r"(?:does not|doesn't|do not|don't|did not|didn't) (?:care|take [\w ]{1,20} seriously|have (?:the|any) (?:discipline|skills?|knowledge|experience|idea|patience|courage|understanding)|want to)|"
    rf"did (?:a|an|such a) (?:{_ANY})?(?:poor|bad|sloppy|terrible|lousy|half-hearted|half-baked|awful|botched) job|let {_ANY}{{1,5}}?(?:expire|lapse|run out|run full|run|fill up|overflow|slip|rot|drift|die|fail|go|happen|grow|break)|"
    r"insisted on|overruled|went ahead|jumped to conclusions|rushed|was in a hurry|were in a hurry|gambled|guessed|meddled|tampered|interfered|abandoned|walked away|left early|was absent|were absent|gave up|"
    r"acted (?:irresponsibly|carelessly|recklessly|unprofessionally|alone|hastily|without)|(?:has|have|had) (?:a (?:history|habit|track record) of|no (?:ownership|discipline|clue|respect|sense|interest|plan))|"
    r"keeps? (?:on )?(?:breaking|forgetting|ignoring|making|missing|failing|skipping)|(?:has|have|had) been (?:told|warned|asked) (?:\w{1,20} ){0,4}?(?:not to|before|times|repeatedly)|"
    r"(?:was|were|is|are|wasn't|weren't) (?:not )?(?:qualified|trained|careful|attentive|up to (?:the|it)|competent|thinking|listening|interested|capable|authori[sz]ed|supposed)|"
    r"mis(?:configured|read|judged|understood|typed|handled|managed|took|used|placed|calculated|communicated|interpreted|diagnosed|informed|led|represented)|underestimated|"
    rf"took (?:{_ANY}){{1,4}}?(?:hours|days|weeks|months|ages|long|forever) to (?:answer|respond|react|reply|fix|admit|acknowledge|notice|wake|help|do|send|call|escalate)|"
    rf"{_ANY}{{1,8}}?behind our backs?|{_ANY}{{1,8}}?against (?:our|all|my|the) (?:advice|warnings?|recommendations?|wishes)|failed(?=[.!,]|$)|"
    rf"left {_ANY}{{1,5}}?(?:half|unfinished|incomplete|in a mess|broken|unattended|to rot|alone|behind)|knew (?:about |of |that |of the )?{_ANY}{{1,8}}?(?:and|but) (?:still|did|said|went|kept|chose|ignored)|"
    r"(?:pressed|copied|clicked|picked|selected|chose|opened|closed|edited|restarted|rebooted|unplugged|deleted|removed|stopped|killed|used|ran|pushed|typed|entered) the wrong|made (?:a |such a |quite a )?mess|"
    rf"(?:handled|managed|prepared|planned|executed|performed|did|ran|carried out|tested|documented|communicated|reacted|responded|behaved|treated|configured|set up) (?:{_ANY}){{0,5}}?(?:incompetently|badly|poorly|carelessly|terribly|half-heartedly|sloppily|unprofessionally|negligently|amateurishly)|"
    r"(?:is|was|are|were) (?:always |again |once again |simply |just |really |totally |completely )?(?:useless|hopeless|pathetic|disgraceful|unacceptable|shameful|incapable|unwilling|ignorant|arrogant|stupid|the (?:reason|cause|culprit|problem|weak link|one to blame|main reason|root cause) (?:for|of|why|that|behind|here|[\w-]{2,20})|warned|told (?:not|before|twice)|not following|not doing|not paying)|"
    r"(?:must|should|needs? to|has to|have to) (?:be (?:ashamed|held (?:accountable|responsible)|disciplined|fired|replaced|more careful)|do (?:much )?better|learn (?:to|from|its|their|his|her)|wake up|try harder|pay (?:more )?attention|be better)|"
    rf"(?:done|did|doing|does|delivered|delivers) (?:{_ANY})?(?:shoddy|poor|bad|sloppy|terrible|lousy|awful|half-hearted) (?:work|job|service|quality)|(?:strikes )?again(?=\W{{0,3}}$)|lost track|took a nap|clicked (?:through|past|away)|had (?:only )?one job|disabled (?:the |all |our )?(?:alarms?|alerts?|checks?|monitoring|safeguards?|tests?)|turned (?:off|a blind eye)|looked (?:away|the other way)|wiped|vandali[sz]ed|"
    rf"(?:reacted|responded|answered|acted|escalated|noticed|arrived|came|called|replied|moved|worked|communicated) (?:{_ANY})?(?:far |much |way )?too (?:slow(?:ly)?|late|little|long)|(?:bears?|carr(?:y|ies)|holds?|has|have|takes?) (?:the |a |full |sole |all |main ){{1,3}}(?:responsibility|blame|guilt)(?: for (?:this|the outage|the incident|it))?(?=[.,]|$| for)|"
    rf"(?:shipped|released|deployed|rolled out|pushed|merged|delivered|installed) (?:{_ANY}){{1,6}}?(?:untested|unreviewed|unfinished|half-finished|half-baked|blindly|unannounced)|proved (?:to be )?(?:unreliable|unable|incapable|incompetent|useless)|(?:is|are) to be (?:held|blamed|disciplined)|"
    rf"broke (?:his|her|their|its) (?:promise|word|agreement|contract)|(?:{_ANY}){{1,9}}?(?:although|even though|despite|knowing(?: that)?) (?:everybody|everyone|they|he|she|we|it|the|our|all|being|having|knowing|warnings?|several|repeated|better)|"
    rf"(?:was|were) supposed to (?:{_ANY}){{1,8}}?(?:but|and) (?:did(?:n't| not)|failed|forgot|never)|"
    rf"(?:is|was) the (?:one|person|reason) (?:who|that|why|for) (?!found|fixed|noticed|identified|discovered|solved|restored|detected|reported|saved|helped|spotted|called|took over)\w{{2,20}}|"
    rf"kept (?:{_ANY}){{1,4}}?(?:to (?:themselves|himself|herself)|quiet|secret)|told nobody|told no one|said nothing|made (?:an? |some )?(?:{_ANY})?(?:unannounced|untested|undocumented|unapproved|unreviewed|uncoordinated|reckless|careless|hasty|sloppy|rash) {_ANY}{{0,2}}?[\w-]{{2,20}}|"
    rf"(?:{_ANY}){{1,8}}?(?:and|but) (?:thereby |thus |so |then |thereby )?(?:broke|caused the|took down|brought down|crashed|forgot|ignored|did nothing|told nobody|told no one|missed the)|"
    rf"(?:wasted|lost|cost us|cost the company) (?:{_ANY}){{0,3}}?(?:hours?|minutes|days?|time|money)|did(?:n't| not) do (?:his|her|their|its) (?:jobs?|work|homework|duty|part)|"
    rf"(?:did|made|performed|carried out|applied|started) (?:{_ANY}){{1,5}}?(?:without (?:permission|approval|asking|notice|warning|a plan|backup)|on (?:his|her|their|its) own)"
)
_NEUTRAL = (
    r"(?!f[io]u?nd|show|display|discover|notic|identif|fix|correct|replac|revert|detect|saw|see|receiv|report|trac|investigat|work|clean|repair|restor|undo|undid|isolat|help|analy|"
    r"reproduc|confirm|need|reverted|spott|locat|remov)(?:[a-z]{2,13}ed|made|took|sent|gave|put|set|ran|wrote|chose|cut|left|built|drew|sold|bought|brought|kept|did|hit|shut)"
)
"""A deed that is no fault in itself, and not the finding or mending of one."""
_BADLY = (
    rf"{_NEUTRAL}(?: [\w'/-]{{1,30}}){{0,4}}? (?:the |a |an |his |her |their |some |our )?(?:{BAD} [\w-]{{2,20}}|garbage|rubbish|nonsense|junk|crap)|"
    rf"{_NEUTRAL}(?: [\w'/-]{{1,30}}){{0,5}}? (?:without (?:{_ANY})?(?:approval|permission|having|testing|tests?|review|reviewing|checking|asking|telling|thinking|reading|authori[sz]ation|"
    r"a (?:backup|review|test|second|plan|ticket)|warning|notice|consulting|verifying|bothering|looking|coordinating|informing|following|supervision)|by (?:mistake|accident)|in the wrong|on the wrong|too (?:early|late|hastily|soon))"
)
FAULT = rf"(?:{_BROKE}|{_OMITTED}|{_SHOULD}|{_ILL}|{_RASHLY} [\w-]{{2,20}}|{_BADLY})"
"""What somebody is said to have done wrong."""
_BETWEEN = (
    r"(?:,? (?:who|which|that)(?: (?:[\w'-]{1,20} ){0,6}?[\w'-]{1,20}(?=,? (?:was|were|did|had|has|made|forgot|failed|should|never|ignored|broke)\b))?)?(?:,? (?:from|in|of|at|on|with) (?:the |our |their )?(?:[\w&-]{1,20} ?){1,4}?)?(?:,[^,.\n]{1,40},)?"
    r"(?: \([^)\n]{1,30}\))?(?: (?:has|have|had|again|once again|clearly|simply|apparently|also|then|repeatedly|obviously|unfortunately|just|"
    r"yet again|still|really|later|first|manually|must have|may have|seems to have|appears to have|is said to have|deliberately|knowingly|always|once more|both|all)){0,3}"
)
FAULT_AFTER = Late(rf"{_BETWEEN} (?:{FAULT})(?![\w-])", re.IGNORECASE)
"""The fault, where it follows whom it is laid on."""
_WRONG = r"(?:lack of (?:care|discipline|attention|diligence|skill|competence|ownership|experience|training|urgency|communication)|mistakes?|errors?|faults?|slips?|oversights?|blunders?|negligence|carelessness|incompetence|failures?|inattention|typos?|wrong (?:[\w-]{1,20} ?){1,3}|bad (?:decision|judg(?:e)?ment|call)s?)"
FAULT_BEFORE = Late(
    rf"(?:{_RASHLY} [\w-]{{2,20}}|{_WRONG}(?: (?:that was |which was |was |were )?(?:made|committed|introduced))?|"
    r"(?:poor|bad|sloppy|shoddy|careless|lazy) (?:work|job|handling|quality|planning|decisions?|judg(?:e)?ment|communication|preparation|workmanship)|"
    r"(?:misconfigured|mishandled|overlooked|ignored|missed|neglected|forgotten|botched|broken|bungled|mistyped|caused|introduced|messed up)|"
    rf"(?:{BAD}) (?:[\w-]{{1,20}} ){{1,8}}?(?:was|were|is|had been|has been|got|being) (?:[\w-]{{1,20}} )?[\w-]{{2,20}}|"
    r"(?:[\w-]{2,20} )(?:(?:by (?:mistake|accident)|without (?:[\w-]{1,20} )?(?:approval|review|testing|permission|notice|checking)))|"
    r"left (?:[\w-]{1,20} )?(?:open|unlocked|running|unprotected|exposed|unpatched|behind|out|off|on|disabled|unfinished)(?: after [\w ]{1,30})?)"
    r"(?: (?:by mistake|by accident|too early|too late|without \w{1,20}))? (?:by|of|because of|thanks to|on the part of|from) ",
    re.IGNORECASE,
)
"""The fault, where whom it is laid on follows."""
NO_FAULT = Late(
    r"\b(?:no|none of|not|neither|nobody|without|if|when|whether|should|could|any|why|how|unless|so that|to ensure|customers?|users?)\b[ \w-]{0,20}$",
    re.IGNORECASE,
)
_THING = r"(?:nobody|no-one|anybody|anyone|it|that|what|there|here|system|software|server|network|code|service|database|today|yesterday|tonight|night|evening|afternoon|morning|week|weekend|month|year|let|cluster|node|app|application|tool|script|pipeline|monitoring|alerting|kubernetes)"
BLAME_PHRASES = any_of(
    r"(?:human|operator|user|pilot|manual|rookie|beginner's|engineer|engineering|administrator|employee|personnel|individual) error",
    r"human (?:mistake|failure|factor was|negligence)",
    rf"(?:an?|the|our|one|some|another) {_ANY}{{0,2}}?{ROLE}(?:'s?)? (?:mistake|error|fault|blunder|carelessness|negligence|incompetence|oversight|failure to|inattention|lack of)",
    rf"(?:the|our|their) {TEAM}(?:'s|s')? (?:mistake|fault|blunder|carelessness|negligence|incompetence|oversight|failure to|"
    r"lack of (?:care|discipline|attention|diligence|skill|competence|ownership|experience|training|urgency))",
    rf"(?:the|our|their) {VENDOR}(?:'s|s') (?:mistake|fault|blunder|carelessness|negligence|incompetence|oversight|failure to|lack of)",
    r"(?:their|his|her|your|whose) (?:own |sole |entire )?(?:fault|mistake|blunder|doing|mess|negligence|carelessness|incompetence|oversight|lack of (?:care|discipline|attention|diligence|skill|ownership))",
    rf"(?!{_THING}(?:'s|s') )[\w-]{{2,20}}(?:'s|s') (?:own |sole |entire |stupid |careless |big |latest )?"
    r"(?:fault|mistake|blunder|doing|mess|carelessness|negligence|incompetence|screw-?up|oversight|inattention|failure to|error(?! (?:rate|page|message|budget)))",
    rf"(?:(?!{_THING}(?:'s|s') )[\w-]{{2,20}}(?:'s|s')|his|her|their) {_ANY}{{0,2}}?"
    r"(?:change|commit|script|code|fix|update|release|config(?:uration)?|query|test|merge|pr|patch|work|migration|deploy(?:ment)?|push|command|decision|plan)"
    r" (?:has |had )?(?:broke|took|brought|caused|crashed|wiped|deleted|(?:is|was) (?:rubbish|garbage|crap|broken|terrible|awful|a joke|a mess|useless|buggy|sloppy|to blame|wrong|bad|stupid|the (?:cause|reason|problem)))",
    r"(?<!no )(?<!not )(?:the |entirely the |purely the |solely the )?fault (?:of|(?:lies|is|was|rests) (?:entirely |solely |squarely |only |clearly )?(?:with|on))(?! us\b| our (?:side|end))",
    r"(?:blame|responsibility|guilt) (?:for (?:this|the) [\w ]{1,30} )?(?:lies|rests|falls|sits|goes)(?! with us| on us)",
    r"we (?:can )?(?:only )?blame",
    r"blam(?:e|es|ing) (?!it\b|less|-)(?:the|our|a|an|on|this|[A-Z])",
    r"(?:pure|sheer|gross|simple|plain|sheer) (?:carelessness|negligence|incompetence|stupidity|laziness|sloppiness|ignorance)",
    r"(?:through|out of|due to|because of) (?:[\w']{1,20} )?(?:carelessness|negligence|incompetence|laziness|inattention|sloppiness|arrogance)",
    r"(?:careless|negligent|incompetent|sloppy|lazy|reckless) (?:engineer|developer|operator|admin|colleague|team|work|employee|contractor|vendor|supplier|provider|mistake|handling|behaviou?r|deploy(?:ment)?|change)",
    rf"(?:nobody|no one|no-one|none|not one) (?:on|in|of|from|at) (?:the |our |that )?{_ANY}{{0,2}}?(?:team|department|shift|side|crew|engineers|developers|ops|operations|support|management|qa|vendor|provider)(?:'s)? "
    r"(?:even |ever |actually )?(?:noticed|checked|reacted|responded|looked|tested|cared|bothered|read|saw|knew|thought|took|picked|answered|escalated)",
    r"(?:nobody|no one|no-one|none) (?:on|in|of|from|at) (?:[\w'-]{1,20} ){1,4}?(?:bothered|cared|noticed|checked|looked|reacted|thought|responded)",
    r"(?:knew|were told|was told|had been told|saw) (?:[^.\n]{1,60} )?(?:and|but) (?:still |yet )?(?:did|said|changed) nothing",
    r"(?:nobody|no one) (?:bothered|cared|thought|checked|took)",
    r"(?:can|could|cannot|can't) (?:not )?be trusted",
    r"(?:messed|screwed) (?:this |it |things |everything )?up",
    r"(?<!we )(?<!we've )(?<!we have )(?<!we just )let (?:us|you) down",
    r"dropped the ball",
    r"finger(?:s)? (?:points?|pointed) (?:at|to)",
    rf"(?:if|had) (?:only )?(?:the |our |an? )?(?:{ROLE}|{TEAM}|{VENDOR}|they|he|she|somebody|someone) (?:had |hadn't |had not )?(?:only |just |simply )?"
    r"(?:told|tested|checked|followed|read|asked|paid|done|listened|warned|informed|looked|been|known|reviewed|documented|escalated|thought|kept|taken|bothered)",
    r"(?:if|had) (?:only )?(?-i:[A-Z][a-z]{1,14}(?: [A-Z][a-z]{1,15})?) (?:had )?(?:only |just )?(?:told|tested|checked|followed|read|asked|paid|listened|warned|looked|reviewed|escalated|thought|bothered|waited|been (?:more )?careful)",
    rf"if only (?:{_ANY}){{1,6}}?(?:had|would have|could have)",
    rf"this is what (?:{_ANY}){{1,5}}?(?:gets?|got) (?:for|when)",
    r"(?:had it not been|if it (?:weren't|wasn't|were not|had not been)|if not) for (?!the (?:alert|alarm|monitor|backup|test|check))(?-i:[A-Z]|the |our |an? )[\w' -]{1,40}",
    rf"not (?:doing|having done) (?:his|her|their|its) (?:jobs?|work|homework|duty)|(?:done|do|did) (?:his|her|their|its) (?:homework|duty)|(?:if|had) (?:{_ANY}){{1,4}}?(?:had )?done (?:his|her|their|its) (?:jobs?|work|part)",
    r"(?:person|people|team|one|party|engineer|vendor|supplier|provider)s? (?:at fault|to blame|responsible for (?:this|the) (?:mess|outage|incident|mistake|error))|at fault (?:is|was|here)",
    r"(?:hard|difficult|impossible) to (?:understand|explain|believe|see) (?:why|how) (?:the |an? |our |one of )?(?:[\w'-]{1,20} ){1,8}?(?:did|didn't|could|would|was|were|had|let|ignored|missed)",
    r"it took (?:the |our |an? )?(?:[\w'-]{1,20} ){1,8}?to (?:admit|acknowledge|own up|confess|realise|realize|notice|wake up)",
    r"thanks to (?:the |our |an? |one of )?(?:[\w'-]{1,20} ?){1,5}?,? [^.\n]{0,40}?\b(?:was|were|went|is|are|got|became) (?:gone|down|lost|deleted|broken|unavailable|unusable|wiped|destroyed|exposed|offline)",
    r"(?:was|were|been|are|is) let down by|typical (?:of|for) (?:the |our )?(?:[\w-]{1,20} ){0,2}?(?:teams?|department|vendor|provider|supplier|engineers?|ops|devops|qa|management|developers?|support|(?-i:[A-Z][a-z]{1,15}))",
    rf"it (?:is|was) (?:the |our )?(?:{_ANY}){{1,3}}?(?<=['s] )(?:job|duty|task|responsibility) to",
    r"because (?!of)(?:[\w'-]{1,20} ){1,5}?(?:was|were|is|are) (?:inattentive|careless|in a hurry|lazy|distracted|tired|asleep|drunk|absent|negligent|incompetent|overconfident|sloppy|inexperienced|unreliable|unprofessional|useless|incapable)",
    r"(?:outage|incident|failure|mess|mistake|this one|this) (?:is|was) (?:entirely |solely |squarely |clearly )?on (?!us\b|our\b|the (?:side|road|way|table|list|agenda|page|status|increase|rise|decline|roadmap)\b|hold|track|going|all|a\b|an\b)(?-i:[A-Z][a-z]{1,20}|the [a-z]{2,20})",
    r"(?:the )?blame (?:is|was|must be|should be) (?:on|with)|to (?:the )?blame (?:is|are) (?!the\b)",
    r"(?:entirely |solely |squarely )?(?:the )?responsibility of (?:our|the|a|an|their) (?:[\w-]{1,20} ){0,2}[\w-]{2,20}",
    r"(?:it's|it is|this is|that's|was|is) not (?:us|our (?:problem|doing|mistake|side))(?=,|;| but| - | this)",
    r"not (?:ours|our (?:fault|problem|mistake))(?=[ .,;!]|$)",
    r"(?:whoever|who (?:the hell|on earth|the heck)) (?:did|broke|changed|restarted|pushed|deployed|approved|touched|merged|deleted|wrote|caused)",
    r"this is what (?:happens|you get) when",
    r"complain to (?:them|him|her)",
    r"(?:the|this|our) (?:customer|client|user) (?:has |had )?(?:caused|broke|misused|is to blame|was to blame|brought this on)",
)
"""Phrases that hold somebody responsible, whoever it is."""
NO_BLAME = Late(
    r"\b(?:nobody|no one|no-one|not|never|without|isn't|wasn't|avoid|blameless|rather than|instead of|no)\b[ \w'-]{0,24}$",
    re.IGNORECASE,
)
"""Words before such a phrase that take it back."""

# Another company -------------------------------------------------------------------------------------------------------------

_FAILS = (
    rf"(?:(?:'s)? {words(2)}(?:outages?|failures?|mistakes?|faults?|incidents?|negligence|incompetence|downtime)\b"
    r"|(?:'s (?:[\w-]{1,20} ){0,2})? ?(?:has |have |had |is |are |was |were )?(?:again |once again |currently |completely |still )?"
    r"(?:down|failed(?! over)|failing|went down|gone down|broken?|crashed|unavailable|offline|"
    r"having (?:problems|issues|trouble|an outage)|experiencing (?:problems|issues|trouble|an? [\w ]{0,20}outage|an incident)|had (?:a|an|another) (?:[\w-]{1,20} )?(?:outage|incident|failure|problem|issue)|"
    r"struggling|let (?:us|you) down|not (?:delivering|responding|answering|available)|changed (?:their|its)))"
)
VENDOR_FAILS = Late(_FAILS, re.IGNORECASE)
"""What follows a company's name when it is said to have failed."""
VENDOR_ACCUSED = Late(
    r"\b(?:(?:caused|triggered) by|due to|because of|because|blame|fault of|thanks to|(?:failure|outage|problem|issue|incident|fault|error)s?"
    r" (?:at|of|with|in)|courtesy of)(?: (?:an?|the|our|its|their))?(?: [\w-]{1,20}){0,4}? ?$|\bthis is an? $|\bit's $",
    re.IGNORECASE,
)
"""What stands before a company's name when it is accused."""
VENDOR_AS_A_WAY = Late(
    r"\b(?:with|via|through|using|into|to|from|for|and|or|by|on)(?: (?:the|a|an|your))? ?$|[/&] ?$", re.IGNORECASE
)
"""What stands before a company's name when it is a feature of ours: signing in with Google."""
OUR_VENDOR_FAILS = Late(
    rf"\b(?:our|the|an?|one of our|their) {VENDOR}{_FAILS}|"
    r"\b(?:upstream|third[- ]party|external) (?:provider|vendor|supplier|carrier|partner)(?:'s)? (?:issues?|problems?|outages?|failures?)|"
    r"\b(?:outages?|failures?|mistakes?|faults?|incidents?|problems?|issues?) (?:at|of|with|in|by) (?:our|the|an?|one of our) "
    rf"(?:[\w-]{{1,30}} ){{0,3}}?(?:providers?|vendors?|suppliers?|third[- ]part(?:y|ies)|carriers?|partners?|hosting company|isp)\b|"
    r"\b(?:subsea|submarine|undersea) cable (?:outages?|cuts?)|"
    r"\boutages? (?:in|of|at|with) (?:a|our|the) third[- ]party",
    re.IGNORECASE,
)
"""Another company of ours, not named, that is said to have failed."""

# Somebody with a name we do not know ----------------------------------------------------------------------------------------

_SYSTEMS = (
    r"The|This|That|These|Those|It|We|Our|All|Some|Users?|Customers?|Clients?|Nobody|Someone|Somebody|Everyone|Which|Who|What|Systems?|Monitoring|Alerting|Alerts?|Tests?|Testing|Kubernetes|"
    r"Terraform|Traefik|Prometheus|Grafana|Jenkins|Docker|Helm|Flux|Fluentd|Kafka|Nodes?|Pods?|Clusters?|Services?|Time|Also|And|But|If|When|As|In|On|At|By|For|No|Not|Pipelines?|Automation|Scripts?|Argo|Ansible"
)
"""Capitalised words that are no persons."""
HUMAN_FAULT = Late(
    r"(?-i:\b(?!(?:"
    + _SYSTEMS
    + r")\b)[A-Z][a-z]{1,14}(?: [A-Z][a-z]{1,15})?)"
    r"(?:,? (?:who|which) [^,.\n]{1,40},)?(?: (?:has|had|have|again|once again|simply|clearly|then|apparently))*?".replace(
        "*?", "{0,3}?"
    )
    + r" (?:forgot|made (?:a|an|several|another|many) (?:[\w-]{1,20} ){0,2}?(?:mistakes?|errors?|blunders?)|didn't (?:read|check|think|bother|test|ask|look|notice|follow|tell)|did not (?:read|check|think|bother|ask|look|follow|tell)|"
    r"should have (?:checked|known|tested|read|asked|noticed|caught|followed|told|looked)|ignored (?:the|our|all|every) (?:alert|alarm|warning|page|runbook|procedure|process|advice)s?|slept|overslept|panicked|skipped (?:the|all) (?:[\w-]{1,20} ){0,2}(?:review|process|tests?|checks?|steps?)|"
    r"(?:was|is) (?:careless|negligent|to blame|too slow|responsible for (?:the|this)|incompetent|sloppy|at fault|asleep|inattentive)|refused to help|cut corners|dropped the ball|messed up|screwed up|(?:accidentally|mistakenly|carelessly|wrongly|inadvertently) [a-z]{3,15}ed|"
    r"(?:ran|pushed|entered|typed|used|executed|set|deployed|merged|uploaded) the wrong)\b",
    re.IGNORECASE,
)
"""A capitalised word and what only people do: a person whose name is in no list."""
STRANGER = Late(rf"(?-i:(?!(?:{_SYSTEMS})\b)[A-Z][a-z]{{1,14}}(?: [A-Z][a-z]{{1,15}})?)(?=[ .,;:!)]|$)")
"""A capitalised word that is no system we know, after "deleted by mistake by"."""
ONLY_PEOPLE = Late(
    r"untested|unreviewed|unapproved|mistake|accident|careless|negligen|wrongly|hast|reckless", re.IGNORECASE
)
"""What is only said of people."""
