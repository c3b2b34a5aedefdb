"""The words the wording rules look for, as data a communications lead can read. No logic; every pattern is linear-time."""

import re


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(alternatives) + r")\b", re.IGNORECASE)


CAUSE = _any(
    r"(?:was|were|is|are|been|being) caused by",
    r"caused by",
    r"because(?: of)?",
    r"due to",
    r"(?:as )?(?:a )?result of",
    r"root cause (?:is|was|appears|seems)",
    r"the cause (?:is|was|appears|seems)",
    r"(?:stems?|stemmed|resulted|results|originated|originates) from",
    r"triggered by",
    r"traced (?:back )?to",
    r"attribut(?:ed|able) to",
    r"thanks to",
    r"(?:we )?(?:believe|suspect|think)(?: that)? (?:it|this|the (?:issue|problem|cause))",
    r"(?:likely|probably|apparently) (?:a|an|the|our|caused|related)",
    r"introduced (?:by|in|with)",
    r"following (?:a|an|our|the|last|yesterday's|today's)(?: \w+){0,2} (?:deploy(?:ment)?|release|change|upgrade|migration|maintenance)",
    r"after (?:a|an|our|the|last|yesterday's|today's)(?: \w+){0,2} (?:deploy(?:ment)?|release|change|upgrade|migration)",
)
"""Phrases that assert a cause."""

CAUSE_IS_OPEN = _any(
    r"(?:cause|reason) (?:is|remains) (?:not yet known|unknown|still|under|being)",
    r"(?:investigating|determine|identify|understand|looking into|find|finding|know|confirm)(?:ing)? (?:the|what|whether)(?: \w+){0,2} cause[ds]?",
)
"""Phrases that say the cause is not known: they assert none."""

BLAME_VERBS = (
    r"(?:broke|pushed|messed|screwed|forgot|failed to|neglected|misconfigured|deleted|dropped|caused|botched|"
    r"accidentally|mistakenly|wrongly|overlooked|ignored|ran the wrong|typed|deployed (?:a |the )?(?:bad|wrong|broken))"
)
BLAME_PHRASES = _any(
    r"human error",
    r"operator error",
    r"user error",
    r"(?:an? |our |the )?(?:engineer|developer|operator|admin|administrator|employee|colleague|contractor|intern|technician|"
    r"team member|staff member|dba|sysadmin|on-call)(?:'s)? (?:mistake|error|fault|" + BLAME_VERBS + r")",
    r"(?:made|making) (?:a |an )(?:mistake|error|blunder)",
    r"(?:the |our )?\w+ team(?:'s)? (?:mistake|error|fault|" + BLAME_VERBS + r")",
    r"(?:'s|their|his|her|your|whose) fault",
    r"fault of",
    r"to blame",
    r"blam(?:e|ed|ing)",
    r"careless(?:ly|ness)?",
    r"negligen(?:t|ce)",
    r"incompetent(?:ly)?",
    r"should have (?:known|caught|noticed|tested|checked)",
    r"(?:let (?:us|you) down)",
)
"""Phrases that blame a person, a team or a vendor."""

VENDOR_BLAME = re.compile(
    r"\b(?:our|the|a|an) (?:[\w-]+ ){0,3}(?:provider|vendor|supplier|partner|third[- ]party|carrier|host)(?:'s)? "
    r"(?:outage|failure|mistake|error|fault|incident|has failed|failed|is down|went down|broke)",
    re.IGNORECASE,
)
KNOWN_VENDORS = (
    "AWS Amazon Azure Microsoft Google GCP Cloudflare Fastly Akamai Stripe Twilio Okta Auth0 Datadog GitHub GitLab Heroku "
    "DigitalOcean Snowflake MongoDB Adyen PayPal SendGrid Mailgun Salesforce Zendesk Verizon Comcast Equinix OVH Hetzner Linode "
    "Oracle IBM Atlassian Slack Zoom"
).split()

PROMISE = re.compile(
    r"\b(?:"
    r"(?:fix(?:ed)?|resol(?:ve|ved|ution)|restor(?:e|ed|ation)|recover(?:y|ed)?|back(?: up| online| to normal)?|repair(?:ed)?|done|"
    r"working again|available again|up and running|complete[d]?)"
    r"(?: [\w']+){0,5}? (?:by|within|in|before|latest by|no later than|at|around) (?:the )?(?:next |about |around |approximately |another )?"
    r"(?:\d+|an?|one|two|three|few|tomorrow|tonight|noon|midnight|end of|eod|cob|morning|afternoon|evening|monday|tuesday|wednesday|"
    r"thursday|friday|saturday|sunday)\b"
    r"|eta(?: is|:| of)? (?:\d|about|around|an?|one|two|tomorrow|tonight|end)"
    r"|(?:shortly|soon|momentarily|any minute|in no time|quick(?:ly)? fix(?:ed)?|imminently)"
    r"|(?:expect|anticipate|estimate|aim|hope|plan)(?:s|ed|ing)?(?: \w+){0,6} (?:by|within|in) (?:the )?(?:next |about |around |another )?(?:\d+|an?|one|two|tomorrow|tonight|end)"
    r"|(?:estimated|expected) (?:time (?:of|to) )?(?:resolution|recovery|fix|repair|restoration)(?: time)?(?: is|:| of| by| in| at)? (?:\d|about|around|an?|one|two|tomorrow)"
    r"|(?:by|before) (?:tomorrow|tonight|noon|midnight|end of (?:the )?day|eod|cob)"
    r")",
    re.IGNORECASE,
)
"""A time of recovery. The promise of the next *update* is not one: it is cut out before this pattern looks."""

NEXT_UPDATE = re.compile(
    r"\b(?:next|another|further|following) (?:status )?(?:update|communication|message|report)s?\b[^.\n]{0,60}|"
    r"\b(?:update|report back|post|share more|share an update|inform)[^.\n]{0,40}\b(?:by|at|before|within|in)\b[^.\n]{0,40}|"
    r"\bupdates? (?:every|by|at|in|within)\b[^.\n]{0,40}",
    re.IGNORECASE,
)
CLOCK = re.compile(r"\b(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?\b")
CLOCK_UTC = re.compile(
    r"\b(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?:\.\d{1,6})? ?(?:\((?:UTC|GMT)\)|UTC|GMT|Z\b)|"
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:\.\d{1,6})?(?:Z|\+00:?00)|\b(?:[01]\d|2[0-3])[0-5]\d ?(?:UTC|Z)\b",
)
RELATIVE_UPDATE = re.compile(
    r"\b(?:(?:with)?in|every) (?:the next )?(?:\d+|an?|one|two|half an) ?(?:min(?:ute)?s?|hours?|h|m)\b", re.I
)

RESOLVED_CLAIM = _any(
    r"(?:is|are|was|were|been|now|fully|completely|successfully) (?:now )?(?:fully |completely |successfully )?"
    r"(?:resolved|fixed|restored|recovered|repaired|solved|mitigated in full)",
    r"(?:fully|completely) (?:operational|recovered|restored|resolved)",
    r"all systems (?:are )?(?:operational|normal|go)",
    r"back to normal",
    r"(?:is|are) (?:now )?(?:back online|back up|working (?:normally|again|as expected))",
    r"(?:service|services|functionality|access) (?:has|have) (?:been )?(?:restored|recovered|returned)",
    r"(?:has|have) (?:fully )?(?:recovered|returned to normal)",
    r"operating normally",
    r"(?:issue|incident|problem|outage) (?:is )?(?:over|closed|resolved|gone)",
    r"no longer (?:an issue|affected|impacted|seeing (?:errors|issues))",
    r"(?:errors|failures|impact) (?:has|have) (?:stopped|ended|ceased)",
    r"confirmed (?:full )?recovery",
    r"^\W{0,2}resolved\b",
)
NOT_YET = re.compile(
    r"\b(?:not|n't|until|once|when|before|if|will be|to be|being|working to|after|unless|as soon as|yet to|hope|expect)\b[^.\n]{0,40}$",
    re.I,
)
"""Words before a claim that turn it into no claim: "once service is restored"."""

STATUS_CLAIMS: dict[str, re.Pattern[str]] = {
    "identified": _any(
        r"(?:we )?(?:have |has |'ve )?(?:now )?(?:identified|found|isolated|pinpointed|located) (?:the|a|an|its) "
        r"(?:(?!cause of|whether)\w+ ){0,2}(?:issue|cause|problem|source|root cause|culprit|fault)",
        r"(?:issue|cause|problem|root cause|source) (?:has been|was|is|is now|been) (?:now )?(?:identified|found|isolated|pinpointed)",
        r"(?:a |the )?fix is being (?:implemented|deployed|applied|rolled out|prepared)",
        r"(?:implementing|deploying|applying|rolling out) (?:a|the) fix",
    ),
    "monitoring": _any(
        r"(?:a |the )?fix (?:has been|was|is now) (?:implemented|deployed|applied|rolled out|released|in place)",
        r"(?:are|is) (?:now |currently )?(?:monitoring|watching) (?:the )?(?:results|situation|recovery|fix|systems?|service)",
        r"monitoring (?:the )?(?:results|recovery|fix)",
    ),
    "investigating": _any(
        r"(?:are|is|still|currently|continue to|continuing to) (?:actively |now |currently )?(?:investigat(?:e|ing)|looking into)",
    ),
}
STATUS_ORDER = ("investigating", "identified", "monitoring", "resolved")

JARGON = _any(
    r"p(?:50|75|90|95|99|999)",
    r"pods?",
    r"k8s",
    r"kubernetes",
    r"kubelet",
    r"etcd",
    r"raft",
    r"wal",
    r"fsync",
    r"slo",
    r"sli",
    r"sla breach",
    r"oom(?:-?kill(?:ed|er|s)?)?",
    r"out of memory",
    r"heap",
    r"garbage collect(?:ion|or)",
    r"gc pauses?",
    r"crash-?loop(?:ing|backoff)?",
    r"replica(?:s|tion| set| lag)?",
    r"shards?",
    r"failover",
    r"deadlocks?",
    r"mutex",
    r"threads?",
    r"thread pool",
    r"connection pool(?:s|ing)?",
    r"pool exhaust(?:ion|ed)",
    r"queries",
    r"query (?:planner|timeouts?)",
    r"database (?:queries|connections?|locks?|cluster|primary|node|replica)",
    r"rejecting connections",
    r"connection refused",
    r"timeouts?",
    r"timing out",
    r"(?:http )?(?:4\d\d|5\d\d|5xx|4xx)(?: errors?| responses?)?(?=[ .,;)])",
    r"(?:status|error) codes? \d+",
    r"load balancers?",
    r"ingress",
    r"egress",
    r"proxy",
    r"upstream",
    r"downstream",
    r"backends?",
    r"nodes?",
    r"clusters?",
    r"namespaces?",
    r"containers?",
    r"microservices?",
    r"kafka",
    r"consumer (?:group|lag)",
    r"partitions?",
    r"brokers?",
    r"redis",
    r"postgres(?:ql)?",
    r"mysql",
    r"mongodb?",
    r"elasticsearch",
    r"nginx",
    r"haproxy",
    r"envoy",
    r"istio",
    r"cpu",
    r"iops",
    r"disk i/?o",
    r"dns",
    r"bgp",
    r"tls",
    r"ssl",
    r"tcp",
    r"packet loss",
    r"latency",
    r"throughput",
    r"qps",
    r"rps",
    r"cron ?jobs?",
    r"stack ?traces?",
    r"null pointers?",
    r"segfaults?",
    r"exceptions?",
    r"rollback",
    r"rolled back",
    r"hotfix",
    r"canary",
    r"feature flags?",
    r"config(?:map)?s?(?: push| drift)",
    r"cache (?:miss|eviction|stampede)(?:es|s)?",
    r"rate[- ]limit(?:er|ing)?s?",
    r"circuit breakers?",
    r"regression",
    r"race condition",
    r"memory leak",
)
"""Words a customer should not need to know."""

IMPACT = re.compile(
    r"\b(?:customers?|users?|clients?|visitors?|merchants?|subscribers?|accounts?|people|you(?:r)?|members?|shoppers?|patients?|"
    r"players?|developers?)\b|\b(?:cannot|can't|can not|unable|fail(?:s|ing|ed|ures?)?|slow(?:er|ly|ness)?|unavailable|errors?|"
    r"delay(?:s|ed)?|degraded|interrupt(?:ed|ion)s?|missing|disrupt(?:ed|ion)s?|not (?:be )?(?:work|load|available)(?:ing|ed)?|"
    r"down|inaccessible|time ?outs?|timing out|outage|lost|stuck|intermittent(?:ly)?)\b",
    re.IGNORECASE,
)
FILLER = re.compile(
    r"(?:any|the|for(?: the| any)?) inconvenience[^.\n]*|thank you[^.\n]*|we apologi[sz]e[^.\n]*|we are sorry[^.\n]*|your patience[^.\n]*|"
    r"this incident has been resolved|keep you (?:updated|informed|posted)[^.\n]*|update you[^.\n]*",
    re.IGNORECASE,
)
"""Courtesy that says nothing about what customers experience."""

HOST = re.compile(
    r"\b(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}(?:internal|local|lan|corp|intra|svc|cluster|consul|localdomain|private|"
    r"compute|amazonaws)\b(?:\.[a-z]{2,8}){0,3}|"
    r"\b[a-z]{2,20}(?:-[a-z0-9]{1,20}){0,5}-(?:\d{1,4}|[a-f0-9]{6,10}(?:-[a-z0-9]{4,6})?)\b|"
    r"\b(?:ip|i|vm|node|db|srv|host|pod|vol|eni|sg|vpc|subnet)-[a-z0-9][a-z0-9-]{1,40}\b|"
    r"\b[a-z]+(?:-[a-z0-9]+){0,4}-(?:svc|service|api|db|prod|worker|backend|proxy|gateway|cluster|primary|replica|queue|cache)\b|"
    r"\b(?:prod|stage|staging|dev)(?:-[a-z0-9]+){1,5}\b",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b|\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}\b", re.IGNORECASE)
TICKET = re.compile(
    r"\b(?:JIRA|INC|OPS|SRE|PLAT|BUG|CHG|PROD)-\d+\b|\b(?:SEV|P)-?[0-4]\b|#[a-z][a-z0-9_-]{2,}|\b(?:commit|build|pr) #?[0-9a-f]{3,40}\b|"
    r"/(?:var|etc|usr|opt|home|srv)/\S+|\bwar ?room\b|\brunbooks?\b|\bon-?call\b|https?://\S*(?:grafana|kibana|jira|wiki|intranet|internal)\S*|"
    r"\b[a-z]+(?:_[a-z0-9]+){1,6}\b",
    re.IGNORECASE,
)
EMAIL = re.compile(r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}\b")
PHONE = re.compile(r"(?<![\d:.-])\+?\d{1,3}[ .-]?\(?\d{2,4}\)?[ .-]\d{3,4}[ .-]\d{2,4}(?![\d:-])")
CARD = re.compile(r"\b(?:\d[ -]?){13,19}\b")
ACCOUNT = re.compile(
    r"\b(?:user|customer|account|patient|order|member)(?: ?id)?[ :#=]+(?=\w*\d)[\w-]{3,}\b", re.IGNORECASE
)
NAMED_PERSON = re.compile(
    r"\b(?!(?:We|The|This|That|It|They|Our|All|Some|Users?|Customers?|Team|Teams|Engineering|Engineers|Support|Service|Services|"
    r"Checkout|Payments?|Login|Logins|Search|Access|Everything|Nothing|Someone|Somebody|You|Which|Who|What|And|Systems?|Data|"
    r"Monitoring|Maintenance|Operations|January|February|March|April|May|June|July|August|September|October|November|December)\b)"
    r"(?-i:[A-Z][a-z]{2,14})(?: (?-i:[A-Z][a-z]{2,15}))? (?:from (?:the |our )?[\w ]{2,30} )?(?:has |had )?"
    + BLAME_VERBS,
)
"""A capitalised name followed by a deed: a person being blamed."""
PERSON_INTRO = re.compile(
    r"\b(?:(?:by|from|our|engineer|developer|colleague|lead|manager|cto|ceo|admin|operator|contact|dr|mr|mrs|ms)\.?) "
    r"(?-i:[A-Z][a-z]{2,14} [A-Z][a-z]{2,15})\b",
    re.IGNORECASE,
)
