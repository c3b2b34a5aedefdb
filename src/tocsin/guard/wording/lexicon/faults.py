"""How people hold somebody responsible: who, and what they are said to have done wrong. Data: no logic, and every repeat has an upper bound."""

import re

from tocsin.guard.wording.lexicon.parts import any_of, words

ROLE = (
    r"(?:engineers?|developers?|devs?|programmers?|coders?|operators?|admins?|administrators?|sysadmins?|dbas?|employees?|colleagues?|"
    r"co-?workers?|contractors?|consultants?|freelancers?|interns?|trainees?|apprentices?|juniors?|newcomers?|new hires?|technicians?|"
    r"team members?|staff(?: members?)?|members? of (?:our|the) (?:[\w-]{1,20} )?(?:team|staff)|on-?call(?: (?:engineer|person|colleague))?|"
    r"managers?|team leads?|tech leads?|leads?|architects?|analysts?|testers?|reviewers?|approvers?|authors?|commanders?|responders?|"
    r"someone|somebody|agents?|support (?:agent|staff))"
)
TEAM = (
    r"(?:(?:[\w-]{1,30} ){0,2}(?:teams?|departments?|squads?|crew|tribe|guild|shift)|ops|devops|sre|sres|qa|operations|"
    r"engineering|it|infra|management|leadership|procurement|security|networking|dev)"
)
VENDOR = (
    r"(?:(?:[\w-]{1,30} ){0,3}?(?:providers?|vendors?|suppliers?|third[- ]part(?:y|ies)|carriers?|partners?|hosting compan(?:y|ies)|hosters?|"
    r"registrars?|isps?|subcontractors?|outsourcers?|contracting company|consultancy|integrators?))"
)
BAD = (
    r"(?:wrong|bad|broken|faulty|incorrect|invalid|untested|unreviewed|old|outdated|stale|buggy|half-?finished|incomplete|"
    r"unapproved|sloppy|misspelt|mistyped)"
)
DEED = (
    r"(?:push|deploy|merg|upload|releas|ship|commit|appl|install|execut|enter|configur|delet|remov|drop|chang|edit|restart|"
    r"disabl|enabl|modif|overwr|roll|start|stop|approv|select|cop|paste|clos|revok|reboot|kill|wip|eras|shut|unplug|migrat|"
    r"schedul|tag|rotat|scal|updat|mov|switch|truncat|publish|sign)(?:[a-z]{0,5})|ran|run|typed|put|set|sent|cut|wrote|picked|chose|gave|left"
)
FAULT = (
    rf"(?:broke|botched|bungled|forgot|forgets?|had forgotten|has forgotten|neglected|overlooked|ignored|disregarded|mishandled|"
    rf"mismanaged|misconfigured|misread|misjudged|misunderstood|mistyped|fat-?fingered|messed|screwed|blew|failed to|fails to|"
    rf"caused|is causing|crashed|took down|brought down|knocked out|sabotaged|violated|bypassed|skipped|cut corners|"
    rf"dropped the ball|let (?:us|you|everyone|the (?:team|company)) down|was asleep|fell asleep|wasn't paying attention|"
    rf"never (?:even |once |really |actually |properly |fully |bothered to )?(?:tested|checked|reviewed|read|verified|asked|looked|noticed|bothered|documented|communicated|responded|answered|escalated|validated|updated|monitored|followed|tested|tried|learned)|"
    rf"did(?:n't| not) (?:bother|care|check|test|follow|read|notice|verify|review|think|pay|know|do (?:his|her|their)|understand|"
    rf"respond|react|escalate|tell|inform|document|ask|validate|monitor|act|watch|communicate|plan|listen|look|keep)|"
    rf"should(?:n't| not| never)? have|could(?:n't| not)? have (?:known|caught|noticed|tested|checked|avoided|prevented)|"
    rf"ought to have|(?:was|were|is|are|been) (?:very |simply |clearly |too |just |so |rather |grossly )?(?:careless|negligent|incompetent|"
    rf"sloppy|reckless|lazy|inattentive|inexperienced|irresponsible|unqualified|unprepared|distracted|overconfident|to blame|at fault|"
    rf"responsible for (?:the|this)|guilty|slow to|too slow|unprofessional)|(?:made|makes|making) (?:a|an|the|another|yet another|"
    rf"several|many) (?:[\w-]{{1,20}} ){{0,2}}?(?:mistakes?|errors?|blunders?|slip|slip-?up)|"
    rf"(?:accidentally|mistakenly|wrongly|carelessly|negligently|recklessly|blindly|foolishly|stupidly|inadvertently|hastily|"
    rf"erroneously|incorrectly|sloppily) [\w-]{{2,20}}|"
    rf"(?:{DEED})(?: [\w'/-]{{1,30}}){{0,4}}? (?:{BAD}|without (?:[\w-]{{1,20}} )?(?:approval|permission|testing|tests?|review|reviewing|"
    rf"checking|asking|telling|thinking|reading|authori[sz]ation|a (?:backup|review|test|second)|warning|notice|consulting|verifying|"
    rf"bothering)|by (?:mistake|accident)|in the wrong|on the wrong|too (?:early|late|hastily))|introduced (?:a|the) [\w-]{{0,20}} ?"
    rf"(?:bug|defect|error|fault|regression))"
)
"""What somebody is said to have done wrong."""
BLAME_PHRASES = any_of(
    r"(?:human|operator|user|pilot|manual|rookie|beginner's|engineer|engineering|administrator|employee|personnel|individual) error",
    r"human (?:mistake|failure|factor was)",
    rf"(?:an?|the|our|one|some|another) (?:[\w-]{{1,20}} ){{0,2}}?{ROLE}(?:'s?)? (?:mistake|error|fault|blunder|carelessness|negligence|"
    r"incompetence|oversight|failure to|inattention|lack of)",
    rf"(?:the|our|their) {TEAM}(?:'s|s')? (?:mistake|fault|blunder|carelessness|negligence|incompetence|oversight|failure to|"
    r"lack of (?:care|discipline|attention|diligence|skill|competence|ownership|experience|training|urgency))",
    r"(?:'s|s'|their|his|her|your|whose) (?:own |sole |entire )?fault",
    r"(?<!no )(?<!not )(?:the |entirely the |purely the |solely the )?fault (?:of|lies with|is with)",
    r"(?:blame|responsibility|guilt) (?:for (?:this|the) [\w ]{1,30} )?(?:lies|rests|falls|sits|goes)",
    r"we (?:can )?(?:only )?blame",
    r"blam(?:e|es|ing) (?!it\b|less|-)(?:the|our|a|an|on|this|[A-Z])",
    r"(?:pure|sheer|gross|simple|plain) (?:carelessness|negligence|incompetence|stupidity|laziness|sloppiness)",
    r"(?:through|out of|due to|because of) (?:[\w']{1,20} )?(?:carelessness|negligence|incompetence|laziness|inattention|sloppiness|arrogance)",
    r"(?:careless|negligent|incompetent|sloppy|lazy|reckless) (?:engineer|developer|operator|admin|colleague|team|work|employee|contractor|"
    r"vendor|supplier|provider|mistake|handling|behaviou?r|deploy(?:ment)?|change)",
    r"nobody (?:bothered|cared|thought|checked|took)",
    r"no one (?:bothered|cared|thought|took)",
    r"(?:can|could|cannot|can't) (?:not )?be trusted",
    r"(?:messed|screwed) (?:this |it |things |everything )?up",
    r"let (?:us|you) down",
    r"dropped the ball",
    r"finger(?:s)? (?:points?|pointed) (?:at|to)",
    r"responsibility of (?:our|the|a|an|their) (?:[\w-]{1,20} ){0,2}[\w-]{2,20}",
    r"(?:it's|it is|this is|that's|was|is) not (?:us|our (?:problem|doing|mistake|side))(?=,|;| but| - | this)",
    r"who(?:ever)? (?:the hell |on earth |the heck )?(?:did (?:this|that)|broke|changed|restarted|pushed|deployed|approved|touched|merged|deleted|wrote)(?= (?:this|that|it|the|our|prod))",
)
"""Phrases that hold somebody responsible, whoever it is."""
NO_BLAME = re.compile(
    r"\b(?:nobody|no one|no-one|not|never|without|isn't|wasn't|avoid|blameless|rather than|instead of|no)\b[ \w'-]{0,24}$",
    re.IGNORECASE,
)
KNOWN_VENDORS = (
    "AWS Amazon Azure Microsoft Google GCP Cloudflare Fastly Akamai Stripe Twilio Okta Auth0 Datadog GitHub GitLab Heroku "
    "DigitalOcean Snowflake MongoDB Adyen PayPal SendGrid Mailgun Salesforce Zendesk Verizon Comcast Equinix OVH Hetzner Linode "
    "Oracle IBM Atlassian Slack Zoom Vercel Netlify Telekom Vodafone Worldpay Klarna Braintree Shopify Intercom PagerDuty "
    "CrowdStrike Accenture Cognizant Infosys Capgemini Rackspace"
).split()
VENDOR_FAILS = (
    rf"(?:(?:'s)? {words(2)}(?:outages?|failures?|mistakes?|faults?|incidents?|negligence|incompetence|downtime)\b"
    r"|(?:'s (?:[\w-]{1,20} ){0,2})? ?(?:has |have |had |is |are |was |were )?(?:again |once again |currently |completely |still )?"
    r"(?:down|failed(?! over)|failing|went down|gone down|broken?|crashed|unavailable|offline|"
    r"having (?:problems|issues|trouble|an outage)|experiencing (?:problems|issues|trouble|an? [\w ]{0,20}outage|an incident)|"
    r"struggling|let (?:us|you) down|not (?:delivering|responding|answering|available)))"
)
VENDOR_ACCUSED = re.compile(
    r"\b(?:(?:caused|triggered) by|due to|because of|because|blame|fault of|thanks to|(?:failure|outage|problem|issue|incident|fault|error)s?"
    r" (?:at|of|with|in)|courtesy of)(?: (?:an?|the|our|its|their))?(?: [\w-]{1,20}){0,4}? ?$",
    re.IGNORECASE,
)
OUR_VENDOR_FAILS = re.compile(
    rf"\b(?:our|the|an?|one of our|their) {VENDOR}{VENDOR_FAILS}|"
    r"\b(?:upstream|third[- ]party|external) (?:provider|vendor|supplier|carrier|partner)(?:'s)? (?:issues?|problems?|outages?|failures?)|"
    r"\b(?:outages?|failures?|mistakes?|faults?|incidents?|problems?|issues?) (?:at|of|with|in|by) (?:our|the|an?|one of our) "
    rf"(?:[\w-]{{1,30}} ){{0,3}}?(?:providers?|vendors?|suppliers?|third[- ]part(?:y|ies)|carriers?|partners?|hosting company|isp)\b|"
    r"\b(?:subsea|submarine|undersea) cable (?:outages?|cuts?)|"
    r"\boutages? (?:in|of|at|with) (?:a|our|the) third[- ]party",
    re.IGNORECASE,
)
AGENT = re.compile(
    rf"(?<![\w-])(?:(?:an?|the|our|one of (?:our|the)|some|another|their|his|her|your|my|a certain|this|that) )?(?:[\w-]{{1,20}} ){{0,2}}?"
    rf"(?:{ROLE}|{TEAM}|{VENDOR})(?![\w-])|(?<![\w-])(?:he|she|you)(?![\w'-])",
    re.IGNORECASE,
)
_BETWEEN = (
    r"(?:,? (?:who|which|that))?(?:,? (?:from|in|of|at|on|with) (?:the |our |their )?(?:[\w&-]{1,20} ?){1,4}?)?(?:,[^,.\n]{1,40},)?"
    r"(?: \([^)\n]{1,30}\))?(?: (?:has|have|had|again|once again|clearly|simply|apparently|also|then|repeatedly|obviously|unfortunately|just|"
    r"yet again|still|really|later|first|manually|must have|may have|seems to have|appears to have|is said to have)){0,3}"
)
FAULT_AFTER = re.compile(rf"{_BETWEEN} (?:{FAULT})(?![\w-])", re.IGNORECASE)
NO_FAULT = re.compile(
    r"\b(?:no|none of|not|neither|nobody|without|if|when|whether|should|could|any|why|how|unless|so that|to ensure)\b[ \w-]{0,20}$",
    re.IGNORECASE,
)
FAULT_BEFORE = re.compile(
    r"(?:(?:accidentally|mistakenly|wrongly|carelessly|incorrectly|erroneously|inadvertently|negligently|recklessly|hastily) [\w-]{2,20}|"
    r"(?:misconfigured|mishandled|overlooked|ignored|missed|neglected|forgotten|botched|broken|bungled|mistyped|caused|introduced|messed up)|"
    rf"(?:{BAD}) (?:[\w-]{{1,20}} ){{1,4}}?(?:was|were|is|had been|has been|got) (?:[\w-]{{1,20}} )?[\w-]{{2,20}}|"
    r"(?:[\w-]{2,20} )(?:by (?:mistake|accident)|without (?:[\w-]{1,20} )?(?:approval|review|testing|permission|notice|checking)))"
    r"(?: (?:by mistake|by accident|too early|too late|without \w{1,20}))? (?:by|because of|thanks to) ",
    re.IGNORECASE,
)
KNOWN = frozenset(KNOWN_VENDORS)
FAILS = re.compile(VENDOR_FAILS, re.IGNORECASE)
