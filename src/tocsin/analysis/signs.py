"""The words in which alerts speak of impact: one pattern per kind of sign. Read by `impact`, which decides what they mean.

Every pattern is linear in its input: repeats are bounded, and nothing unbounded is nested.
"""

import re


def _any(*phrases: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    """One pattern that finds any of these as whole words."""
    return re.compile(r"(?<!\w)(?:" + "|".join(phrases) + r")(?!\w)", flags)


_IS = r"(?:(?:is|are|was|were|has been|have been|went|goes|has gone|appears?(?: to be)?|seems?(?: to be)?|currently|:)\s+){1,2}"
_GONE = (
    r"(?:down|offline|unreachable|unavailable|inaccessible|not responding|unresponsive|"
    r"dead|dark|not reachable|not available|out)"
)
_PARTS = (
    r"(?:replicas?|instances?|pods?|nodes?|servers?|backends?|regions?|services?|endpoints?|hosts?|masters?|sites?|zones?|"
    r"nameservers?|resolvers?|brokers?|links?|uplinks?)"
)
_WHOLE = (
    r"(?:web\s?sites?|sites?|platform|application|app|portal|store\s?front|shop|system|service|api|gateway|cluster|database|"
    r"production|backend|frontend|home\s?page|product|primary|data\s?cent(?:er|re)|region|dns|network|core|everything|"
    r"[\w-]{1,40}[-_ ](?:api|service|svc|gateway|app|web|frontend|backend|db|cluster|portal|platform|site))"
)
_IS_GONE = (
    r"(?:\s+(?:in|on|at|for)\s+[\w-]{1,40})?\s+(?:" + _IS + r")?(?:completely\s+|entirely\s+|hard\s+|fully\s+)?" + _GONE
    + r"\b(?!\s*(?:to|from|by|of)\b)"
)  # fmt: skip

OUTAGE = _any(
    r"(?:total|complete|full|global|major|widespread|site-?wide|company-?wide|platform-?wide)\s+(?:\w{1,30}\s+)?"
    r"(?:outage|loss of service|downtime|blackout)",
    r"(?:completely|entirely|fully|totally)\s+(?:down|unavailable|unreachable|offline|inaccessible|broken)",
    r"(?:all|every)\s+(?:[\w-]{1,30}\s+){0,3}?"
    + _PARTS
    + r"\s+(?:\w{1,20}\s+){0,3}?(?:down|unavailable|unreachable|unhealthy|"
    r"offline|failed|failing|dead|crashed|not ready|crash\s?looping|in crashloopbackoff)",
    r"no healthy (?:upstreams?|backends?|hosts?|endpoints?|targets?|instances?)",
    r"no (?:available|ready|running|remaining|live) " + _PARTS,
    r"0\s?(?:/|of|out of)\s?[1-9]\d{0,5}\s+(?:[\w-]{1,30}\s+){0,3}?(?:available|ready|healthy|up|running|online|reachable|serving|"
    r"replicas|pods)",
    r"(?:availability|success rate|uptime)\s+(?:is\s|at\s|dropped to\s|fell to\s|now\s|of\s){0,2}0\s?%(?=\s|$)",
    r"unreachable from (?:all|every)",
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
    r"\b(?:one|two|three|some|several|single|of \d{1,6}|\d{1,6}/\d{1,6}|instance|node|host|replica|pod|target|exporter|job|agent|"
    r"interface|link|session|peer|tunnel|worker|broker|disk|member|secondary|standby|old|backup|test|"
    r"in|of|on|from|to|in the|of the|on the|from the|to the)\s+(?:[\w.:/-]{1,60}\s+){0,2}$",
    re.IGNORECASE,
)
"""Words before a name that make it one part of many."""

DATA_LOSS = _any(
    r"data\s?loss",
    r"(?:lost|losing|loses) (?:[\w-]{1,30} ){0,3}(?:data|records|writes|orders|transactions)",
    r"data (?:has been |have been |was |were |is |are |being ){0,2}(?:lost|corrupt(?:ed)?|wiped|destroyed|unrecoverable|gone)",
    r"data corruption|corrupt(?:ed)? (?:data|database|tables?|pages?|blocks?|volume)",
    r"(?:database|table|tables|bucket|volume|records|rows|customer data) (?:has been |have been |was |were |got )?"
    r"(?:accidentally |permanently |silently )?(?:dropped|wiped|truncated|deleted|corrupted|erased|overwritten)",
    r"(?:permanently|irrecoverably|accidentally) (?:deleted|lost|dropped|wiped)",
    r"unrecoverable (?:data|loss|corruption)",
)

_ASSETS = (
    r"(?:accounts?|hosts?|servers?|machines?|instances?|credentials?|keys?|tokens?|cluster|nodes?|systems?|admin|users?|pods?|"
    r"containers?|workstations?|laptops?)"
)
_STOLEN_GOODS = r"(?:customer|user|personal|payment|card|patient|employee) (?:data|records|details|information)"

COMPROMISE = _any(
    r"(?:data |records |files |database )?(?:has been |have been |was |were |being )?exfiltrated",
    r"(?:data )?exfiltration (?:confirmed|succeeded|in progress|ongoing|detected|observed|of)",
    r"ransomware(?! (?:signature|protection|simulation|attempt))",
    r"(?:files|volumes|shares|servers) (?:were |are |being |have been ){0,2}encrypted by",
    r"reverse shell (?:was |has been |is )?(?:opened|established|spawned|detected|connected|running|active|from|to)",
    r"(?:interactive |root )?shell (?:was |has been )?(?:spawned|opened|established|obtained)",
    r"shell is running in (?:a |the )?container",
    _ASSETS
    + r" (?:has been |have been |was |were |is |are |confirmed ){1,2}(?:compromised|hijacked|taken over|breached|hacked)",
    r"(?:the|these|those|our|one|two|three|several|multiple|\d{1,6}) compromised " + _ASSETS,
    r"(?:confirmed|verified) (?:\w{1,20} )?(?:breach|intrusion|compromise|account takeover|data theft|exfiltration)",
    r"(?:breach|intrusion|compromise) (?:is |has been )?confirmed",
    r"attackers? (?:has |have |had |is |are |now ){0,2}(?:gained|obtained|accessed|inside|logged in|in control|created|downloaded|"
    r"exploited|uploaded|installed|executed|escalated|stole|stolen|moved|using|used|reached|dumped)",
    r"(?:cve-\d{4}-\d{4,7}|vulnerability|zero[- ]day|log4shell|flaw)\b.{0,40}?\b(?:exploited|exploitation (?:confirmed|succeeded))",
    r"(?:successful(?:ly)?|confirmed|active) exploit(?:ed|ation)|exploit(?:ation)? (?:succeeded|was successful|confirmed)",
    r"(?:web\s?shell|backdoor|rootkit|crypto\s?-?miner|c2 beacon|implant) (?:\w{1,20} )?(?:found|detected|uploaded|installed|"
    r"running|active|dropped|planted|discovered|connected)",
    r"(?:crypto\s?-?mining|xmrig|miner) (?:process |pod |binary )?(?:running|detected|found|active)",
    r"(?:stolen|leaked|exposed|compromised) (?:[\w-]{1,30} ){0,3}(?:credentials?|keys?|tokens?|password)\b.{0,40}?\b"
    r"(?:was used|were used|been used|being used|used (?:from|by|to)|in use|abused)",
    _STOLEN_GOODS + r" (?:was |were |has been |have been |being )?(?:accessed|downloaded|stolen|dumped|sold|copied)",
    r"fail(?:ed|ures?)\b.{0,60}?\b(?:followed by|and then|then|before) (?:an? |one |\d{1,6} )?(?:success\w{0,6}|valid|accepted)",
)
"""Somebody is in, or was: the words of a success, not of an attempt."""

SUSPECTED_COMPROMISE = _any(
    r"unauthori[sz]ed (?:access|login|entry|changes?|transfer)s? (?:was |has been |is )?(?:to|gained|confirmed|detected|by|from|"
    r"succeeded|in|on|observed|made)"
)
LOGIN_WORKED = _any(
    r"(?:[1-9]\d{0,5}|0?\.\d{0,3}[1-9])\s?%? (?:of (?:them|these|the attempts) )?(?:succeeded|were successful)",
    r"(?:[1-9]\d{0,5} |one |two |three |several |multiple )?success(?:ful)? (?:log-?ins?|sign-?ins?|log-?ons?|authentications?)",
)
LOGIN_FAILED = _any(
    r"(?:failed|unsuccessful|invalid|rejected) (?:[\w-]{1,30} ){0,3}(?:log-?ins?|sign-?ins?|log-?ons?|authentications?|passwords?|"
    r"attempts?)",
    r"brute[- ]force\w{0,4}|password spray\w{0,4}|credential stuffing",
)
STOPPED = re.compile(
    r"\W*(?:[\w-]{1,30}\W{1,3}){0,6}?(?:attempts?|attempted|blocked|prevented|denied|quarantined|rejected|failed|stopped|thwarted|"
    r"mitigated|contained|dropped)\b",
    re.IGNORECASE,
)
"""Words right after a sign of intrusion that say it came to nothing."""

_SECRETS = r"(?:credentials?|keys?|tokens?|passwords?|secrets?|certificate|database)"

THREAT = _any(
    r"ddos|denial[- ]of[- ]service|(?:syn|udp|http|traffic) flood|volumetric attack|under attack",
    r"(?:leaked|exposed|stolen|compromised|hard-?coded) (?:[\w-]{1,30} ){0,3}" + _SECRETS,
    r"(?:credentials?|keys?|tokens?|passwords?|secrets?|bucket|database|records|personal data|customer data) (?:\S{1,40} ){0,6}?"
    r"(?:leaked|exposed|stolen|made public|is public|committed to|publicly (?:accessible|readable|exposed|available|visible))",
    r"malware|trojan|phishing|exfiltrat\w{1,6}|privilege escalation|lateral movement|impossible travel|account takeover",
    r"command and control|unauthori[sz]ed (?:access|login|entry|changes?|transfers?|users?|devices?|process|binary)",
    r"credential stuffing|brute[- ]forc\w{1,4}|password spray\w{0,4}|sql injection|exploit\w{0,8}|port scan\w{0,4}",
    r"failed (?:[\w-]{1,30} ){0,2}(?:log-?ins?|sign-?ins?|log-?ons?)|unusual log-?in|cve-\d{4}-\d{4,7}|suspicious|malicious",
    r"intrusion|tamper\w{1,6}|root log-?in|vulnerab\w{1,8}",
)
"""An attack, a leak, a weakness: whatever asks for the security team."""

MERE_ATTEMPT = re.compile(
    r"\b(?:attempt|blocked|prevented|denied|quarantined|failed|port scan|vulnerab|suspicious|unusual|brute|password spray|"
    r"mitigated|cve-|malicious|phishing|credential stuffing|potential|possible)",
    re.IGNORECASE,
)
"""What makes a threat an attempt, or a weakness nobody has used."""

_FEATURE = (
    r"(?:check\s?-?outs?|payments?|log-?ins?|sign-?ins?|sign-?ups?|registrations?|authentication|search|ordering|orders|bookings?|"
    r"reservations?|carts?|purchas(?:es|ing)|billing|invoicing|withdrawals?|deposits?|transfers?|uploads?|downloads?|messaging|"
    r"email delivery|playback|streaming|video calls?|calls|card authori[sz]ations?|payouts?|subscriptions?|sso|single sign-on|"
    r"password reset|trading|quotes|ticketing|deliveries|dashboards?)"
)
_BROKEN = (
    r"(?:broken|fail(?:s|ing|ed|ure)?|down|unavailable|not working|not loading|stopped working|does not work|doesn't work|offline|"
    r"unusable|impossible|halted|blocked|stopped|crash(?:es|ing)|timing out|erroring|dead)"
)

FEATURE_BROKEN = _any(
    _FEATURE + r"(?:\s+(?:page|flow|feature|api|endpoint|process|service|form|function|button|processing|system|journey))?\s+(?:"
    + _IS + r")?(?:completely |entirely |currently |all |now )?" + _BROKEN,
    r"(?:cannot|can't|can not|unable to|couldn't|could not|not able to|no longer)\s+(?:\w{1,20}\s+)?(?:log\s?-?in|sign\s?-?in|"
    r"check\s?-?out|pay|search|place orders?|order|book|upload|download|send|receive|register|sign\s?-?up|subscribe|"
    r"withdraw|deposit|transfer|trade|stream|play|authenticate|access|use|open|load|"
    r"complete (?:\w{1,20}\s+){0,3}(?:purchases?|payments?|orders?|checkouts?|bookings?))",
    r"(?:major|core|critical|key|main|essential) (?:feature|functionality|function|flow|journey)s?\s+(?:" + _IS + r")?" + _BROKEN,
)  # fmt: skip
"""Something people come for does not work."""

FUNCTION_LOST = _any(
    r"(?:certificates?|certs?) (?:\S{1,80} ){0,6}?(?:has |have )?expired",
    r"(?:dns|name) (?:resolution|lookups?|queries) (?:(?:is|are) )?(?:fail\w{0,4}|broken|down)",
    r"writes? (?:are |is |were )?(?:being )?(?:rejected|failing|blocked|stopped|halted|refused)",
    r"quorum (?:is |was |has been )?lost|lost quorum|no quorum|split[- ]brain",
    r"has no (?:primary|leader|master)|no (?:primary|leader|master) (?:elected|available|found)",
    r"connections? pool (?:is |was )?(?:exhausted|full|saturated)|(?:pool|connections?) exhausted",
    r"(?:cannot|unable to|refusing to) accept (?:new )?connections",
)
"""A system has lost one of the few things it is for; everybody who needs it then fails, though the alert counts nobody."""

PARTLY = _any(
    r"some|few|intermittent\w{0,4}|occasional\w{0,4}|sometimes|slow\w{0,4}|subset|small|single|one|minor|delayed|partial\w{0,4}",
    r"attempts?|retry|retries|\d{1,3}(?:[.,]\d{1,4})?\s?(?=%)",
)
"""Words that make a breakage partial."""

WORKAROUND = _any(
    r"work-?\s?arounds?(?!\s*(?:is |are )?(?:not|un)\w{0,12})",
    r"(?:users|customers|clients|they|staff|people) can (?:still|instead|use|continue)",
    r"fall(?:s|ing)?\s?back to|fallback (?:is )?(?:active|available|in place|serving|works)",
    r"(?:secondary|standby|backup|replica) (?:is |has )?(?:taken over|serving|handling|working)",
    r"fail(?:ed)? over (?:to|succeeded|successfully|worked)|served from cache",
)
NO_WORKAROUND = _any(r"(?:no (?:known )?|without (?:a |any )?)work-?\s?around")

DEGRADED = _any(
    r"degrad\w{1,6}|slow\w{0,6}|latenc\w{1,3}|lag\w{0,5}|delay\w{0,3}|late|stall\w{0,4}|stuck",
    r"backlog|behind|timeouts?|timing out|timed out",
    r"elevated|spik\w{1,4}|intermittent\w{0,4}|partial\w{0,4}|flap\w{0,5}|fail\w{0,6}|error\w{0,6}",
    r"crash\w{0,16}|oom\w{0,8}|out of memory",
    r"restart\w{0,4}|exhaust\w{0,4}|saturat\w{0,4}|throttl\w{0,4}|evict\w{0,6}|deadlock\w{0,3}|unhealthy|unavailable|unreachable|down",
    r"not ready|notready|offline|dropp?\w{0,4}|loss|lost|leak\w{0,4}|full",
    r"expired|missing|missed|stale|corrupt\w{0,4}|mismatch|split.brain",
    r"nxdomain|servfail|overload\w{0,3}|pressure|hung|hang\w{0,4}|broken|unable|cannot|refus\w{1,4}|reject\w{0,4}|blocked|congest\w{1,4}",
    r"halt\w{0,3}|stopp?(?:ed|s|ing)|blocks|blocking|unassigned|out of sync|outage|disconnect\w{0,4}|panic\w{0,4}|critical state",
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
    r"(?:Down|Fail\w{0,6}|Error\w{0,4}|Slow|Lag|High\w{0,4}|Latency|NotReady|Full|Crash\w{0,12}|Oom\w{0,8}|OOM\w{0,8}|Unavailable|"
    r"Unhealthy|Missing|Stuck|Stalled|Exhausted)(?=[A-Z\s]|$)"
)
FULL = re.compile(r"(?<![\w.])(\d{2,9})\s?/\s?(\d{2,9})(?![\w/.])")
"""`500/500`: so many of so many are taken."""

NEAR_FULL = re.compile(
    r"\b(?:disk|storage|volume|filesystem|memory|cpu|pvc|swap|heap|inodes?|quota|capacity|pool|connections?|usage|utili[sz]ation|"
    r"partition|tablespace|queue|file descriptors?)\b[^%\n]{0,60}?(?<!\d)(?:9\d|100)(?:\.\d{1,3})?\s?%",
    re.IGNORECASE,
)
COSMETIC = _any(
    r"typos?|cosmetic|misspell\w{0,4}|misspelt|spelling (?:mistake|error)|misaligned",
    r"wrong (?:colou?r|font|icon|logo)|alignment issue",
)
FALSE_POSITIVE = _any(
    r"false[- ](?:positive|alarm)|test (?:alert|notification|alarm|page|incident)|this is (?:only )?a (?:test|drill)",
    r"drill|game\s?day|synthetic (?:test|alert|canary)",
)
PRODUCTION = re.compile(r"(?<![a-z])(?:prod|production|prd)(?![a-z])", re.IGNORECASE)
ELSEWHERE = re.compile(
    r"(?<![a-z])(staging|sandbox|uat|preprod|pre-prod)(?![a-z])"
    r"|(?<![a-z])(stage|stg|development|dev|test|qa|integration)"
    r"(?=[-_.\s](?:env\w{0,8}|cluster|db|database|server|system|node|host|vm|api|service|\w{0,20}\d))"
    r"|\bin (dev|development|qa|test)\b",
    re.IGNORECASE,
)
