"""The words in which alerts speak of impact: one pattern per kind of sign. Read by `impact`, which decides what they mean.

The words of attacks, leaks and intrusions are in `attacks`.

Every pattern is linear in its input: repeats are bounded, and nothing unbounded is nested.
"""

import re


def any_of(*phrases: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    """One pattern that finds any of these as whole words."""
    return re.compile(r"(?<!\w)(?:" + "|".join(phrases) + r")(?!\w)", flags)


_IS = r"(?:(?:is|are|was|were|has been|have been|went|goes|has gone|appears?(?: to be)?|seems?(?: to be)?|currently|:)\s+){1,2}"
_GONE = (
    r"(?:down|offline|unreachable|unavailable|inaccessible|not responding|unresponsive|"
    r"dead|dark|not reachable|not available|out|(?:does|do|did)(?:\s+not|n't)\s+(?:respond|answer|load|open|come up|start))"
)
_PARTS = (
    r"(?:replicas?|instances?|pods?|nodes?|servers?|backends?|regions?|services?|endpoints?|hosts?|masters?|sites?|zones?|"
    r"nameservers?|resolvers?|brokers?|links?|uplinks?|racks?|machines?|domains?|branches|stores|pages?|(?:pool )?members?)"
)
_WHOLE = (
    r"(?:web\s?sites?|sites?|platform|application|app|portal|store\s?front|shop|system|service|api|gateway|cluster|database|"
    r"production|backend|frontend|home\s?page|product|primary|data\s?cent(?:er|re)|region|dns|network|core|everything|"
    r"www\.[\w.-]{1,80}|[\w-]{1,40}[-_ ](?:api|service|svc|gateway|app|web|frontend|backend|db|cluster|portal|platform|site))"
)
_IS_GONE = (
    r"(?:\s+(?:in|on|at|for)\s+[\w-]{1,40})?\s+(?:" + _IS + r")?(?:completely\s+|entirely\s+|hard\s+|fully\s+)?" + _GONE
    + r"\b(?!\s*(?:to|from|by|of)\b)"
)  # fmt: skip

OUTAGE = any_of(
    r"(?:total|complete|full|global|major|widespread|site-?wide|company-?wide|platform-?wide)\s+(?:\w{1,30}\s+)?"
    r"(?:outage|loss of service|downtime|blackout)",
    r"(?:completely|entirely|fully|totally)\s+(?:down|unavailable|unreachable|offline|inaccessible|broken)",
    r"(?:all|every|100\s?% of(?: the| our)?)\s+(?:[\w-]{1,30}\s+){0,3}?"
    + _PARTS
    + r"\s+(?:[\w-]{1,30}\s+){0,3}?(?:down|unavailable|unreachable|unhealthy|"
    r"offline|failed|failing|dead|dark|crash(?:ed|es|ing)|without power|not ready|crash\s?looping|in crashloopbackoff)",
    _GONE + r"\s+(?:in|at|for|across|from|on)\s+(?:all|every|each|any)\s+(?:of\s+(?:our|the)\s+)?\w{1,20}",
    r"(?:cannot|can't|can not|unable to|could not)\s+(?:serve|reach|help)\s+(?:anybody|anyone|any\s+(?:customer|"
    r"user|client)s?)",
    r"none of (?:the|our|its) (?:[\w-]{1,20}\s+){0,2}?(?:domains?|services?|sites?|hosts?|names?|pages?|systems?|"
    r"apps?|shops?|apis?)\s+"
    r"(?:resolves?|works?|responds?|loads?|answers?|(?:is|are) (?:up|reachable|available))",
    r"(?:data\s?-?cent(?:er|re)|region|site|zone|server room)\s+(?:\w{1,20}\s+){0,3}?"
    r"(?:lost (?:all |both |total |complete )?(?:\w{1,20}\s)?power|went dark|without power)",
    r"(?:nobody|no one|no (?:customer|user|visitor)s?) (?:gets|get|comes) (?:through|in)",
    r"no healthy (?:upstreams?|backends?|hosts?|endpoints?|targets?|instances?)",
    r"no (?:available|ready|running|remaining|live) " + _PARTS,
    r"0\s?(?:/|of|out of)\s?[1-9]\d{0,5}\s+(?:[\w-]{1,30}\s+){0,3}?(?:available|ready|healthy|up|running|online|"
    r"reachable|serving|"
    r"replicas|pods)",
    r"(?:availability|success rate|uptime)\s+(?:is\s|at\s|dropped to\s|fell to\s|now\s|of\s){0,2}0\s?%(?=\s|$)",
    r"unreachable from (?:all|every)",
    r"nothing (?:works|loads|responds|is working)|(?:is|are|were) (?:now )?all (?:down|dead|dark|offline|gone|"
    r"unreachable|unavailable)",
    r"hard down|lights out|not serving any|serving no traffic|zero traffic",
    r"https?://\S{1,200}\s+(?:" + _IS + r")?" + _GONE,
)
"""The whole of something is gone, and the words say that it is the whole."""

CAMEL_OUTAGE = re.compile(
    r"\b\w{0,40}(?:Api|API|Website|Site|Gateway|Platform|Frontend)(?:Is)?(?:Down|Unavailable|Unreachable|Offline)\b"
)
"""The same as an alert's name."""

WHOLE_GONE = re.compile(r"\b" + _WHOLE + _IS_GONE, re.IGNORECASE)
"""`the website is down`: most likely the whole of it."""

NAMED_GONE = re.compile(r"(?:\s+(?:service|api|app|application|platform))?" + _IS_GONE, re.IGNORECASE)
"""What follows the name of a service that is down."""

PART_BEFORE = re.compile(
    r"\b(?:one|two|three|some|several|single|of \d{1,6}|\d{1,6}/\d{1,6}|instance|node|host|replica|pod|target|"
    r"exporter|job|agent|"
    r"interface|link|session|peer|tunnel|worker|broker|disk|member|secondary|standby|old|backup|test|"
    r"in|of|on|from|to|in the|of the|on the|from the|to the)\s+(?:[\w.:/-]{1,60}\s+){0,2}$",
    re.IGNORECASE,
)
"""Words before a name that make it one part of many."""

DATA_LOSS = any_of(
    r"data\s?loss(?! prevention)",
    r"(?:lost|losing|loses) (?:[\w-]{1,30} ){0,3}(?:data|records|writes|orders|transactions)",
    r"data (?:has been |have been |was |were |is |are |being ){0,2}(?:lost|corrupt(?:ed)?|wiped|destroyed|"
    r"unrecoverable|gone)",
    r"data corruption|corrupt(?:ed)? (?:data|database|tables?|pages?|blocks?|volume)",
    r"(?:database|table|tables|bucket|volume|records|rows|customer data) (?:has been |have been |was |were |got )?"
    r"(?:accidentally |permanently |silently )?(?:dropped|wiped|truncated|deleted|corrupted|erased|overwritten)",
    r"(?:permanently|irrecoverably|accidentally) (?:deleted|lost|dropped|wiped)",
    r"unrecoverable (?:data|loss|corruption)",
)

_FEATURE = (
    r"(?:check\s?-?outs?|payments?|log-?ins?|sign-?ins?|sign-?ups?|registrations?|authentication|search|ordering|"
    r"orders|bookings?|"
    r"reservations?|carts?|purchas(?:es|ing)|billing|invoicing|withdrawals?|deposits?|transfers?|uploads?|"
    r"downloads?|messaging|"
    r"email delivery|playback|streaming|video calls?|calls|card authori[sz]ations?|payouts?|subscriptions?|sso|"
    r"single sign-on|"
    r"password resets?|push notifications?|trading|quotes|ticketing|deliveries|dashboards?)"
)
_BROKEN = (
    r"(?:broken|fail(?:s|ing|ed|ure)?|down|unavailable|not working|not loading|stopped working|does not work|"
    r"doesn't work|offline|"
    r"unusable|impossible|halted|blocked|stopped|crash(?:es|ing)|timing out|erroring|dead|freez\w{1,3}|hangs?|"
    r"rejected|declined|refused)"
)
_DOES_NOT = (
    r"(?:does not|doesn't|do not|don't|did not|didn't|never|no longer|not)\s+(?:\w{1,12}\s+){0,1}?"
    r"(?:work\w{0,3}|arriv\w{1,3}|load\w{0,3}|return\w{0,3}|respond\w{0,3}|open\w{0,3}|start\w{0,3}|complet\w{1,3}|"
    r"appear\w{0,3}|"
    r"go(?:es)? through|answer\w{0,3}|function\w{0,3}|deliver\w{0,3}|accept\w{0,3}|finish\w{0,3}|sent|send)"
)

FEATURE_BROKEN = any_of(
    _FEATURE + r"(?:\s+(?:page|flow|feature|api|endpoint|process|service|form|function|button|processing|system|"
    r"journey))?\s+(?:"
    + _IS + r")?(?:completely |entirely |currently |all |now )?" + _BROKEN,
    r"(?:cannot|can't|can not|unable to|couldn't|could not|not able to|no longer)\s+(?:\w{1,20}\s+)?(?:log\s?-?in|"
    r"sign\s?-?in|"
    r"check\s?-?out|pay|search|place orders?|order|book|upload|download|send|receive|register|sign\s?-?up|subscribe|"
    r"withdraw|deposit|transfer|trade|stream|play|authenticate|access|use|open|load|"
    r"complete (?:\w{1,20}\s+){0,3}(?:purchases?|payments?|orders?|checkouts?|bookings?))",
    r"(?:cannot|can't|can not|can no longer|could not) be (?:redeemed|used|opened|placed|paid|bought|booked|reached|"
    r"accessed|processed|"
    r"scanned|ordered|completed|sent|loaded|submitted)",
    r"(?:charged|billed|debited|invoiced) (?:twice|double|two times|several times|multiple times|too much|the wrong)|"
    r"double[- ](?:charg|bill|book)\w{1,4}|wrong (?:prices?|amounts?|totals?|balances?)(?! sign)",
    r"(?:crash\w{0,3}|freez\w{1,3}|hangs?|stuck) (?:at|on|in|during|while) (?:the |their )?(?:\w{1,12} )?" + _FEATURE,
    _FEATURE + r"(?:\s+(?!but\b|and\b|if\b|when\b|that\b|which\b)[\w-]{1,20}){0,2}?\s+" + _DOES_NOT,
    r"no (?:card |new |online )?(?:payments?|orders?|bookings?|sign-?ups?|purchases?|transactions?|calls?)\s+(?:at all\s+)?"
    r"(?:(?:have |has |is |are |can |could |will |be |been ){0,3})(?:com(?:e|ing|es)|go(?:es|ing)?|get(?:s|ting)?|"
    r"arriv\w{1,3}|placed|"
    r"process\w{0,3}|made|possible|received|completed)",
    r"(?:major|core|critical|key|main|essential) (?:feature|functionality|function|flow|journey)s?\s+(?:" + _IS + r")?" + _BROKEN,
)  # fmt: skip
"""Something people come for does not work."""

FUNCTION_LOST = any_of(
    r"(?:certificates?|certs?) (?:\S{1,80} ){0,6}?(?:(?:has |have )?(?:expired|lapsed|run out)|(?:is|"
    r"are) no longer valid|ran out)",
    r"\w{0,30}(?:nxdomain|servfail)\b[^.;\n]{0,40}\b(?:our|main|primary|apex|public) (?:\w{1,12} )?domains?",
    r"(?:dns|name) (?:resolution|lookups?|queries) (?:(?:is|are) )?(?:fail\w{0,4}|broken|down)",
    r"writes? (?:are |is |were )?(?:being )?(?:rejected|failing|blocked|stopped|halted|refused)",
    r"quorum (?:is |was |has been )?lost|lost quorum|no quorum|split[- ]brain",
    r"(?:two|both|multiple|several) (?:\w{1,20} ){1,5}(?:report|claim|act|think|believe|accept)\w{0,3} [^.;\n]{0,40}?"
    r"(?:leader|primary|master|writes)|(?:two|multiple|several) (?:primaries|leaders|masters)",
    r"has no (?:primary|leader|master)|no (?:primary|leader|master) (?:elected|available|found)",
    r"connections? pool (?:is |was )?(?:exhausted|full|saturated)|connections? exhausted",
    r"(?:cannot|unable to|refusing to|(?:does|do|will) not|no longer) accept(?:s|ing)? (?:any |new )?(?:connections|"
    r"writes|requests|logins)",
    r"refus(?:es|ed|ing) (?:all |any |new )?(?:connections?|clients?|writes?|logins?|sessions?|requests?|inserts?)",
    r"(?:inserts?|updates?|connections?|reads?|logins?|sessions?|client io|all io) (?:are |is |were |was |being ){0,2}"
    r"(?:rejected|refused|blocked|failing)|(?:all|quorum|every) (?:reads?|writes?) fail\w{0,3}",
)
"""A system has lost one of the few things it is for; everybody who needs it then fails, though the alert counts nobody."""

PARTLY = any_of(
    r"some|few|intermittent\w{0,4}|occasional\w{0,4}|sometimes|slow\w{0,4}|subset|small|single|one|minor|delayed|"
    r"partial\w{0,4}",
    r"attempts?|retry|retries|\d{1,3}(?:[.,]\d{1,4})?\s?(?=%)",
)
"""Words that make a breakage partial."""

WORKAROUND = any_of(
    r"work-?\s?arounds?(?!\s*(?:is |are )?(?:not|un)\w{0,12})",
    r"(?:users|customers|clients|they|staff|people) can (?:still|instead|use|continue)",
    r"fall(?:s|ing)?\s?back to|fallback (?:is )?(?:active|available|in place|serving|works)",
    r"(?:secondary|standby|backup|replica) (?:is |has )?(?:taken over|serving|handling|working)",
    r"fail(?:ed)? over (?:to|succeeded|successfully|worked)|served from cache",
)
NO_WORKAROUND = any_of(r"(?:no (?:known )?|without (?:a |any )?)work-?\s?around")

DEGRADED = any_of(
    r"degrad\w{1,6}|slow\w{0,6}|latenc\w{1,3}|lag\w{0,5}|delay\w{0,3}|late|stall\w{0,4}|stuck",
    r"backlog|behind|timeouts?|timing out|timed out",
    r"elevated|spik\w{1,4}|intermittent\w{0,4}|partial\w{0,4}|flap\w{0,5}|fail\w{0,6}|error\w{0,6}",
    r"crash\w{0,16}|oom\w{0,8}|out of memory",
    r"restart\w{0,4}|exhaust\w{0,4}|saturat\w{0,4}|throttl\w{0,4}|evict\w{0,6}|deadlock\w{0,3}|unhealthy|"
    r"unavailable|unreachable|down",
    r"not ready|notready|offline|dropp?\w{0,4}|loss|lost|leak\w{0,4}|full",
    r"expired|missing|missed|stale|corrupt\w{0,4}|mismatch|split.brain",
    r"nxdomain|servfail|overload\w{0,3}|pressure|hung|hang\w{0,4}|broken|unable|cannot|refus\w{1,4}|reject\w{0,4}|"
    r"blocked|congest\w{1,4}",
    r"halt\w{0,3}|stopp?(?:ed|s|ing)|blocks|blocking|unassigned|out of sync|outage|disconnect\w{0,4}|panic\w{0,4}|"
    r"critical state",
    r"5xx|(?<![/\d.])50[0-4](?!\s?[/%\d]| of )|4xx",
    r"low disk|insufficient|drift\w{0,4}",
    r"pending|not syncing|lost power|no (?:consumers?|primary|leader|master|quorum|space|data)|complain\w{0,4}",
    r"unexpected\w{0,2}|reboot\w{0,3}",
    r"not (?:being )?(?:work\w{0,3}|sent|"
    r"deliver\w{0,3}|process\w{0,3}|receiv\w{0,3}|load\w{0,3}|respond\w{0,3}|start\w{0,3}|sync\w{0,3}|updat\w{0,3})",
    r"running out|nearly|almost",
)
"""Something works worse than it should."""

CAMEL_DEGRADED = re.compile(
    r"(?:Down|Fail\w{0,6}|Error\w{0,4}|Slow|Lag|High\w{0,4}|Latency|NotReady|Full|Crash\w{0,12}|Oom\w{0,8}|"
    r"OOM\w{0,8}|Unavailable|"
    r"Unhealthy|Missing|Stuck|Stalled|Exhausted)(?=[A-Z\s]|$)"
)
FULL = re.compile(r"(?<![\w.])(\d{2,9})\s?/\s?(\d{2,9})(?![\w/.])")
"""`500/500`: so many of so many are taken."""

NEAR_FULL = re.compile(
    r"\b(?:disk|storage|volume|filesystem|memory|cpu|pvc|swap|heap|inodes?|quota|capacity|pool|connections?|usage|"
    r"utili[sz]ation|"
    r"partition|tablespace|queue|file descriptors?)\b[^%\n]{0,60}?(?<!\d)(?:9\d|100)(?:\.\d{1,3})?\s?%",
    re.IGNORECASE,
)
_LOOK = (
    r"(?:colou?rs?|fonts?|icons?|logos?|tool\s?tips?|wording|labels?|captions?|paddings?|margins?|placeholders?|umlauts?|"
    r"translations?|copyright year|help texts?|(?:sort(?:ing)? )?arrows?|favicons?|background|contrast|symbols?|spacing|"
    r"capitali[sz]ation|punctuation|pixels?|avatars? border|button (?:text|style|size|shape))"
)
COSMETIC = any_of(
    r"typos?|cosmetic\w{0,4}|misspell\w{0,4}|misspelt|spelling (?:mistake|error)|misaligned|lorem ipsum|ui (?:nit|"
    r"glitch|polish)|nit(?=\s?:)",
    r"(?:purely|only|merely) visual|visual(?:ly)? only|wording(?=\s?:)|(?:brand|style) guide|pixels? (?:off|too)",
    r"alignment issue|off by (?:a few|some|one|two|\d{1,2}) ?(?:px|pixels?)|(?:looks?|appears?|"
    r"renders?) (?:\w{1,12} )?(?:blurry|ugly|odd|"
    r"crooked|pixelated|squashed|too (?:small|big|dark|light))",
    r"(?:wrong|outdated|odd|ugly|old|incorrect|inconsistent|blurry|overlapping|missing) (?:[\w-]{1,20} ){0,2}?" + _LOOK,
    _LOOK
    + r"\b[^.;\n]{0,50}?\b(?:wrong|outdated|old|incorrect|inconsistent|differs?|blurry|overlaps?|cut off|crooked|ugly)",
)
FALSE_POSITIVE = any_of(
    r"false[- ](?:positive|alarm)|test (?:alert|notification|alarm|page|incident)|this is (?:only )?a (?:test|drill)",
    r"drill|game\s?day|synthetic (?:test|alert|canary)",
)
MADE_UP = re.compile(
    r"\W*(?:(?:this|it|that) (?:is|was) )?(?:only |just )?(?:an? |the )?(?:\w{1,20} )?"
    r"(?:drill|test (?:alert|alarm|page|incident|notification)|false (?:alarm|positive)|game\s?day)\b",
    re.IGNORECASE,
)
"""A clause that opens by calling itself made up: what it goes on to tell did not happen."""
ROUTINE = any_of(
    r"info(?:rmation(?:al)?)?|fyi|for your information|reminder|heads[- ]up|notice|scheduled|planned|"
    r"maintenance window|digest",
    r"please (?:update|plan|review|change|add|rename|schedule|consider)|feature request|nice to have|housekeeping",
    r"(?:completed|succeeded|finished|generated|passed|recovered|resolved|restored|cleared)(?! (?:late|with|only|"
    r"\w{1,12} (?:hours?|minutes?)))",
    r"success(?:ful|fully)?|back to normal|back online|all (?:is )?(?:clear|good)|healthy again|up to date|"
    r"already (?:running|replaced|fixed)",
    r"(?:usage|utili[sz]ation|used|at|full|consumed)\s(?:is |at |of |now )?[1-7]?\d(?:[.,]\d{1,3})?\s?%(?! (?:of|"
    r"error|fail))",
    r"(?:in|within|for|has|have|next|after)?\s?(?:1[4-9]|[2-9]\d|\d{3,4})\s?(?:days?|d)(?: left| remaining)?",
    r"in (?:two|three|four|five|six|eight|ten|twelve|[2-9]|\d\d) (?:weeks|months)|next (?:month|quarter|year)|"
    r"end of (?:the )?(?:month|quarter|year)",
)
"""Words of an alert that asks for nothing tonight: an account of something done, a plan, a deadline far away."""
OVERDUE = re.compile(
    r"\b(?:ago|since|old|stale|overdue|behind|(?:for|in|over) the (?:last|past)|for (?:the )?(?:last|past)|for \d)\b",
    re.IGNORECASE,
)
"""Words that put a span of days behind us instead of ahead."""
PRODUCTION = re.compile(r"(?<![a-z])(?:prod|production|prd)(?![a-z])", re.IGNORECASE)
ELSEWHERE = re.compile(
    r"(?<![a-z])(staging|sandbox|uat|preprod|pre-prod)(?![a-z])"
    r"|(?<![a-z])(stage|stg|development|dev|test|qa|integration)"
    r"(?=[-_.\s](?:env\w{0,8}|cluster|db|database|server|system|node|host|vm|api|service|\w{0,20}\d))"
    r"|\bin (dev|development|qa|test)\b",
    re.IGNORECASE,
)
