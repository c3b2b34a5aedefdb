"""How people hold somebody responsible: who, and what they are said to have done wrong. Data: no logic, and every repeat has an upper bound."""

import re

from tocsin.guard.wording.lexicon.parts import any_of, words

_ANY = r"(?:[\w'-]{1,20} )"
"""A word and the space after it."""

# Who -------------------------------------------------------------------------------------------------------------------------

ROLE = (
    r"(?:(?:grid |network |system |machine |night |shift |console )?operators?|engineers?|developers?|devs?|programmers?|coders?|admins?|administrators?|sysadmins?|dbas?|"
    r"employees?|colleagues?|co-?workers?|contractors?|consultants?|freelancers?|interns?|trainees?|apprentices?|juniors?|newcomers?|new hires?|technicians?|"
    r"team members?|staff(?: members?)?|members? of (?:our|the) (?:[\w-]{1,20} )?(?:team|staff)|on-?call(?: (?:engineer|person|colleague))?|"
    r"managers?|team leads?|tech leads?|leads?|architects?|analysts?|testers?|reviewers?|approvers?|authors?|commanders?|responders?|directors?|executives?|"
    r"someone|somebody|agents?|support (?:agent|staff)|guys|folks|lads|boys|kids|idiots?|clowns?|amateurs?|cowboys)"
)
TEAM = (
    r"(?:(?:[\w-]{1,30} ){0,2}(?:teams?|departments?|squads?|crew|tribe|guild|shift)|ops|devops|sre|sres|qa|operations|engineering|(?-i:IT)|infra|"
    r"finance|marketing|sales|legal|product|support|hr|purchasing|facilities|management|leadership|procurement|security|networking|dev)"
)
VENDOR = (
    r"(?:(?:[\w-]{1,30} ){0,3}?(?:providers?|vendors?|suppliers?|third[- ]part(?:y|ies)|carriers?|partners?|processors?|hosting compan(?:y|ies)|hosters?|registrars?|isps?|telcos?|"
    r"subcontractors?|outsourcers?|contracting company|consultancy|integrators?|city|council|authority|authorities|government|ministry|bank|airline|courier))"
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
AGENT = re.compile(
    rf"(?<![\w-])(?:(?:an?|the|our|one of (?:our|the)|some|another|their|his|her|your|my|a certain|this|that) )?(?:[\w-]{{1,20}} ){{0,2}}?"
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
    r"was asleep|fell asleep|slept|overslept|wasn't paying attention|refused to|did nothing|gave up|let (?:us|you|everyone|the (?:team|company)) down|"
    rf"missed (?:this|it|that|the {_ANY}?(?:bug|error|problem|issue|alert|alarm|warning|page|regression|mistake|call|deadline|change|step|signs?))|"
    r"never (?:even |once |really |actually |properly |fully |bothered to )?(?:tested|checked|reviewed|read|verified|asked|looked|noticed|bothered|documented|communicated|responded|"
    r"answered|escalated|validated|updated|monitored|followed|tried|learned|told)|"
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
_NEUTRAL = (
    r"(?!f[io]u?nd|show|display|discover|notic|identif|fix|correct|replac|revert|detect|saw|see|receiv|report|trac|investigat|work|clean|repair|restor|undo|undid|isolat|help|analy|"
    r"reproduc|confirm|need|reverted|spott|locat|remov)(?:[a-z]{2,13}ed|made|took|sent|gave|put|set|ran|wrote|chose|cut|left|built|drew|sold|bought|brought|kept|did|hit|shut)"
)
"""A deed that is no fault in itself, and not the finding or mending of one."""
_BADLY = (
    rf"{_NEUTRAL}(?: [\w'/-]{{1,30}}){{0,4}}? (?:the |a |an |his |her |their |some |our )?(?:{BAD} [\w-]{{2,20}}|garbage|rubbish|nonsense|junk|crap)|"
    rf"{_NEUTRAL}(?: [\w'/-]{{1,30}}){{0,5}}? (?:without (?:{_ANY})?(?:approval|permission|testing|tests?|review|reviewing|checking|asking|telling|thinking|reading|authori[sz]ation|"
    r"a (?:backup|review|test|second|plan|ticket)|warning|notice|consulting|verifying|bothering|looking|coordinating|informing|following|supervision)|by (?:mistake|accident)|in the wrong|on the wrong|too (?:early|late|hastily|soon))"
)
FAULT = rf"(?:{_BROKE}|{_OMITTED}|{_SHOULD}|{_RASHLY} [\w-]{{2,20}}|{_BADLY})"
"""What somebody is said to have done wrong."""
_BETWEEN = (
    r"(?:,? (?:who|which|that))?(?:,? (?:from|in|of|at|on|with) (?:the |our |their )?(?:[\w&-]{1,20} ?){1,4}?)?(?:,[^,.\n]{1,40},)?"
    r"(?: \([^)\n]{1,30}\))?(?: (?:has|have|had|again|once again|clearly|simply|apparently|also|then|repeatedly|obviously|unfortunately|just|"
    r"yet again|still|really|later|first|manually|must have|may have|seems to have|appears to have|is said to have|deliberately|knowingly|always|once more)){0,3}"
)
FAULT_AFTER = re.compile(rf"{_BETWEEN} (?:{FAULT})(?![\w-])", re.IGNORECASE)
"""The fault, where it follows whom it is laid on."""
_WRONG = r"(?:mistakes?|errors?|faults?|slips?|oversights?|blunders?|negligence|carelessness|incompetence|failures?|inattention|bad (?:decision|judg(?:e)?ment|call)s?)"
FAULT_BEFORE = re.compile(
    rf"(?:{_RASHLY} [\w-]{{2,20}}|{_WRONG}(?: (?:that was |which was |was |were )?(?:made|committed|introduced))?|"
    r"(?:poor|bad|sloppy|shoddy|careless|lazy) (?:work|job|handling|quality|planning|decisions?|judg(?:e)?ment|communication|preparation|workmanship)|"
    r"(?:misconfigured|mishandled|overlooked|ignored|missed|neglected|forgotten|botched|broken|bungled|mistyped|caused|introduced|messed up)|"
    rf"(?:{BAD}) (?:[\w-]{{1,20}} ){{1,4}}?(?:was|were|is|had been|has been|got|being) (?:[\w-]{{1,20}} )?[\w-]{{2,20}}|"
    r"(?:[\w-]{2,20} )(?:by (?:mistake|accident)|without (?:[\w-]{1,20} )?(?:approval|review|testing|permission|notice|checking)))"
    r"(?: (?:by mistake|by accident|too early|too late|without \w{1,20}))? (?:by|because of|thanks to|on the part of|from) ",
    re.IGNORECASE,
)
"""The fault, where whom it is laid on follows."""
NO_FAULT = re.compile(
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
    r"(?<!no )(?<!not )(?:the |entirely the |purely the |solely the )?fault (?:of|lies (?:entirely |solely |squarely )?with|is with)",
    r"(?:blame|responsibility|guilt) (?:for (?:this|the) [\w ]{1,30} )?(?:lies|rests|falls|sits|goes)(?! with us| on us)",
    r"we (?:can )?(?:only )?blame",
    r"blam(?:e|es|ing) (?!it\b|less|-)(?:the|our|a|an|on|this|[A-Z])",
    r"(?:pure|sheer|gross|simple|plain|sheer) (?:carelessness|negligence|incompetence|stupidity|laziness|sloppiness|ignorance)",
    r"(?:through|out of|due to|because of) (?:[\w']{1,20} )?(?:carelessness|negligence|incompetence|laziness|inattention|sloppiness|arrogance)",
    r"(?:careless|negligent|incompetent|sloppy|lazy|reckless) (?:engineer|developer|operator|admin|colleague|team|work|employee|contractor|vendor|supplier|provider|mistake|handling|behaviou?r|deploy(?:ment)?|change)",
    rf"(?:nobody|no one|no-one|none|not one) (?:on|in|of|from|at) (?:the |our |that )?{_ANY}{{0,2}}?(?:team|department|shift|side|crew|engineers|developers|ops|operations|support|management|qa|vendor|provider)(?:'s)? "
    r"(?:even |ever |actually )?(?:noticed|checked|reacted|responded|looked|tested|cared|bothered|read|saw|knew|thought|took|picked|answered|escalated)",
    r"(?:nobody|no one) (?:bothered|cared|thought|checked|took)",
    r"(?:can|could|cannot|can't) (?:not )?be trusted",
    r"(?:messed|screwed) (?:this |it |things |everything )?up",
    r"(?<!we )(?<!we've )(?<!we have )(?<!we just )let (?:us|you) down",
    r"dropped the ball",
    r"finger(?:s)? (?:points?|pointed) (?:at|to)",
    rf"(?:if|had) (?:only )?(?:the |our |an? )?(?:{ROLE}|{TEAM}|{VENDOR}|they|he|she|somebody|someone) (?:had |hadn't |had not )?(?:only |just |simply )?"
    r"(?:told|tested|checked|followed|read|asked|paid|done|listened|warned|informed|looked|been|known|reviewed|documented|escalated|thought|kept|taken|bothered)",
    r"(?:entirely |solely |squarely )?(?:the )?responsibility of (?:our|the|a|an|their) (?:[\w-]{1,20} ){0,2}[\w-]{2,20}",
    r"(?:it's|it is|this is|that's|was|is) not (?:us|our (?:problem|doing|mistake|side))(?=,|;| but| - | this)",
    r"not (?:ours|our (?:fault|problem|mistake))(?=[ .,;!]|$)",
    r"(?:whoever|who (?:the hell|on earth|the heck)) (?:did|broke|changed|restarted|pushed|deployed|approved|touched|merged|deleted|wrote|caused)",
    r"this is what (?:happens|you get) when",
    r"complain to (?:them|him|her)",
    r"(?:the|this|our) (?:customer|client|user) (?:has |had )?(?:caused|broke|misused|is to blame|was to blame|brought this on)",
)
"""Phrases that hold somebody responsible, whoever it is."""
NO_BLAME = re.compile(
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
VENDOR_FAILS = re.compile(_FAILS, re.IGNORECASE)
"""What follows a company's name when it is said to have failed."""
VENDOR_ACCUSED = re.compile(
    r"\b(?:(?:caused|triggered) by|due to|because of|because|blame|fault of|thanks to|(?:failure|outage|problem|issue|incident|fault|error)s?"
    r" (?:at|of|with|in)|courtesy of)(?: (?:an?|the|our|its|their))?(?: [\w-]{1,20}){0,4}? ?$|\bthis is an? $|\bit's $",
    re.IGNORECASE,
)
"""What stands before a company's name when it is accused."""
VENDOR_AS_A_WAY = re.compile(
    r"\b(?:with|via|through|using|into|to|from|for|and|or|by|on)(?: (?:the|a|an|your))? ?$|[/&] ?$", re.IGNORECASE
)
"""What stands before a company's name when it is a feature of ours: signing in with Google."""
OUR_VENDOR_FAILS = re.compile(
    rf"\b(?:our|the|an?|one of our|their) {VENDOR}{_FAILS}|"
    r"\b(?:upstream|third[- ]party|external) (?:provider|vendor|supplier|carrier|partner)(?:'s)? (?:issues?|problems?|outages?|failures?)|"
    r"\b(?:outages?|failures?|mistakes?|faults?|incidents?|problems?|issues?) (?:at|of|with|in|by) (?:our|the|an?|one of our) "
    rf"(?:[\w-]{{1,30}} ){{0,3}}?(?:providers?|vendors?|suppliers?|third[- ]part(?:y|ies)|carriers?|partners?|hosting company|isp)\b|"
    r"\b(?:subsea|submarine|undersea) cable (?:outages?|cuts?)|"
    r"\boutages? (?:in|of|at|with) (?:a|our|the) third[- ]party",
    re.IGNORECASE,
)
"""Another company of ours, not named, that is said to have failed."""
