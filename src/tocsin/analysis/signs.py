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

OUTAGE = _any(
    r"(?:total|complete|full|global|major|widespread|site-?wide|company-?wide|platform-?wide)\s+(?:\w{1,30}\s+)?"
    r"(?:outage|loss of service|downtime|blackout)",
    r"(?:completely|entirely|fully|totally)\s+(?:down|unavailable|unreachable|offline|inaccessible|broken)",
    r"(?:all|every)\s+(?:[\w-]{1,30}\s+){0,3}?"
    + _PARTS
    + r"\s+(?:\w{1,20}\s+){0,3}?(?:down|unavailable|unreachable|unhealthy|"
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

DATA_LOSS = _any(
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

_ASSETS = (
    r"(?:accounts?|hosts?|servers?|machines?|instances?|credentials?|keys?|tokens?|cluster|nodes?|systems?|admin|"
    r"users?|pods?|"
    r"containers?|workstations?|laptops?)"
)
_STOLEN_GOODS = (
    r"(?:customers?|users?|clients?|members?|personal|payment|cards?|patients?|employees?) "
    r"(?:data|records|details|information|tables?|lists?|database|base)"
)

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
    r"(?:attackers?|intruders?|hackers?|threat actors?|adversar(?:y|ies)) (?:has |have |had |is |are |"
    r"now ){0,2}(?:gained|obtained|accessed|inside|logged in|in control|created|downloaded|"
    r"exploited|uploaded|installed|executed|escalated|stole|stolen|moved|using|used|reached|dumped|enrol\w{2,4}|"
    r"added|changed|"
    r"read|copied|took|taken|registered|planted|deployed|encrypted|deleted|modified|exported|sold|broke|entered|reset)",
    r"(?:was |were |been |got |being )exploited (?:through|via|using|with|by)|exploited (?:through|via|using) (?:a |"
    r"the |an )?\S{1,40}",
    r"(?:cve-\d{4}-\d{4,7}|vulnerability|zero[- ]day|log4shell|flaw)\b.{0,40}?\b(?:exploited|"
    r"exploitation (?:confirmed|succeeded))",
    r"(?:successful(?:ly)?|confirmed|active) exploit(?:ed|ation)|exploit(?:ation)? (?:succeeded|was successful|confirmed)",
    r"(?:web\s?shell|backdoor|rootkit|crypto\s?-?miner|c2 beacon|implant) (?:\w{1,20} )?(?:found|detected|uploaded|installed|"
    r"running|active|dropped|planted|discovered|connected)",
    r"(?:crypto\s?-?mining|xmrig|miner) (?:process |pod |binary )?(?:running|detected|found|active)",
    r"(?:stolen|leaked|exposed|compromised) (?:[\w-]{1,30} ){0,3}(?:credentials?|keys?|tokens?|password)\b.{0,40}?\b"
    r"(?:was used|were used|been used|being used|used (?:from|by|to)|in use|abused)",
    _STOLEN_GOODS + r" (?:table |tables |list |base |dump )?(?:was |were |has been |have been |is |are |being ){0,2}"
    r"(?:accessed|downloaded|stolen|dumped|sold|copied|for sale)",
    r"(?:dump|copy|copies|list|database|data|records|accounts|credentials|passwords)\b[^.;\n]{0,60}? "
    r"(?:(?:is|are|being|was|were|offered){1,3} ){1,3}(?:for sale|sold|traded|auctioned)",
    r"(?:files|documents|shares?|volumes|disks)\b.{0,40}?\brenamed to \.\w{2,12}|ransom note|"
    r"encrypt(?:s|ing) (?:the |our |all |every |many )?(?:\w{1,20} )?(?:files|documents|shares?|disks|volumes)",
    r"fail(?:ed|ures?)\b.{0,60}?\b(?:followed by|and then|then|before) (?:an? |one |\d{1,6} )?(?:success\w{0,6}|"
    r"valid|accepted)",
)
"""Somebody is in, or was: the words of a success, not of an attempt."""

SUSPECTED_COMPROMISE = _any(
    r"unauthori[sz]ed (?:access|login|entry|changes?|transfer)s? (?:was |has been |is )?(?:to|gained|confirmed|"
    r"detected|by|from|"
    r"succeeded|in|on|observed|made)"
)
LOGIN_WORKED = _any(
    r"(?:accepted|correct|valid|right) (?:password|publickey|credentials?|login)",
    r"(?:[1-9]\d{0,5}|0?\.\d{0,3}[1-9])\s?%? (?:of (?:them|these|the attempts) )?(?:succeeded|were successful)",
    r"(?:[1-9]\d{0,5} |one |two |three |several |multiple )?success(?:ful)? (?:log-?ins?|sign-?ins?|log-?ons?|"
    r"authentications?)",
)
LOGIN_FAILED = _any(
    r"(?:failed|unsuccessful|invalid|rejected) (?:[\w-]{1,30} ){0,3}(?:log-?ins?|sign-?ins?|log-?ons?|"
    r"authentications?|passwords?|"
    r"attempts?)",
    r"brute[- ]force\w{0,4}|password spray\w{0,4}|credential stuffing",
)
STOPPED = re.compile(
    r"\W*(?:[\w-]{1,30}\W{1,3}){0,6}?(?:attempts?|attempted|blocked|prevented|denied|quarantined|rejected|failed|"
    r"stopped|thwarted|"
    r"mitigated|contained|dropped)\b",
    re.IGNORECASE,
)
"""Words right after a sign of intrusion that say it came to nothing."""

_SECRETS = r"(?:credentials?|keys?|tokens?|passwords?|secrets?|certificate|database)"

THREAT = _any(
    r"ddos|denial[- ]of[- ]service|(?:syn|udp|http|traffic) flood|volumetric attack|under attack",
    r"(?:leaked|exposed|stolen|compromised|hard-?coded) (?:[\w-]{1,30} ){0,3}" + _SECRETS,
    r"(?:credentials?|keys?|tokens?|passwords?|secrets?|bucket|database|records|personal data|"
    r"customer data) (?:\S{1,40} ){0,6}?"
    r"(?:leaked|exposed|stolen|made public|is public|committed to|publicly (?:accessible|readable|exposed|available|"
    r"visible))",
    r"malware|trojan|phishing|exfiltrat\w{1,6}|privilege escalation|lateral movement|impossible travel|account takeover",
    r"command and control|unauthori[sz]ed (?:access|login|entry|changes?|transfers?|users?|devices?|process|binary)",
    r"credential stuffing|brute[- ]forc\w{1,4}|password spray\w{0,4}|sql injection|exploit\w{0,8}|port scan\w{0,4}",
    r"failed (?:[\w-]{1,30} ){0,2}(?:log-?ins?|sign-?ins?|log-?ons?)|unusual log-?in|cve-\d{4}-\d{4,7}|suspicious|malicious",
    r"intrusion|tamper\w{1,6}|root log-?in|vulnerab\w{1,8}|cobalt strike|beaconing|phishes|botnet|scrapers?",
    r"(?:user|root|admin\w{0,11}|account) (?:has |was )?(?:signed|logged) in without (?:mfa|2fa|a second factor)",
    r"(?:unknown|unrecogni[sz]ed|unfamiliar|unexpected|rogue) (?:admin\w{0,11} )?(?:users?|accounts?|roles?|logins?|"
    r"address|ip|process)",
    r"(?:created|added|granted|attached) (?:an? |the |new )?(?:new |unknown )?(?:admin\w{0,11}|root|owner|superuser)",
    r"(?:raised|elevated|promoted|escalated) to (?:domain |local |global |cluster[- ]?)?(?:admin\w{0,11}|root|owner|"
    r"superuser)",
)
"""An attack, a leak, a weakness: whatever asks for the security team."""

_SOMEWHERE_ELSE = (
    r"(?:an? |the |his |her |their |its |some )?(?:[\w-]{1,20} ){0,2}?(?:unknown|personal|private|external|foreign|"
    r"suspicious|"
    r"unfamiliar|unrecogni[sz]ed|outside|third[- ]party|mega|dropbox|gmail|wetransfer|pastebin|telegram)"
)
_GOODS = r"(?:data|records|tables?|database|dump|crm|source code|customers?|documents|files|e-?mail addresses|invoices|backups?)"

EXPOSED = _any(
    r"(?:uploaded|pushed|sent|copied|exported|transferred|downloaded|moved|forwarded|leaving|left|went|upload|"
    r"egress|outbound)\b"
    r"[^.;\n]{0,80}? (?:to|into|towards?) "
    + _SOMEWHERE_ELSE
    + r"(?! (?:provider|vendor|partner|service|api|queue|database))",
    r"(?:egress|outbound|outgoing|upload)\w{0,3}\b[^.;\n]{0,100}?\b(?:never seen|unknown|unusual|unfamiliar)",
    r"(?:unusual|abnormal|anomalous|unexpected|suspicious|unexplained) (?:large )?(?:outbound|egress|outgoing|"
    r"upload|data transfer)",
    r"(?:world|publicly|anonymously|internet)[- ]?(?:is )?(?:readable|writable|accessible|listable|downloadable|exposed)",
    r"anonymous (?:downloads?|access|reads?|listing)",
    r"(?:open|exposed|visible|readable|accessible) (?:to|on|from|by) (?:the )?(?:internet|public|world|anyone|"
    r"anybody|everyone)",
    r"(?:secrets?|tokens?|keys?|credentials?|passwords?|dump)\b[^.;\n]{0,60}? (?:in|on|to|at|into) (?:an? |the |"
    r"some )?(?:\w{1,12} )?"
    r"(?:paste\s?bin|paste|gist|forum|telegram|dark\s?web|public \w{1,20}|github)",
    r"(?:private|api|access|signing|ssh) keys? (?:was |were |is )?found in",
    r"(?:see|sees|saw|seeing|shows?|showing|view|views|open|opens|read|reads|access|get|gets|got) (?:\w{1,12} ){0,2}?"
    r"(?:other|another|someone else|somebody else|strangers?)(?:'?s)?\b(?: (?:people|customers?|users?|clients?|"
    r"persons?|tenants?|"
    r"accounts?|patients?)(?:'s|s'|')?)? (?:\w{1,12} )?(?:data|invoices?|orders?|accounts?|details|profiles?|"
    r"messages|documents|"
    r"baskets?|records|addresses)",
    r"(?:exported|downloaded|copied|dumped|listed|read) (?:the |our |an? )?(?:complete|entire|whole|full|"
    r"all)\b(?: \w{1,20}){0,2}? " + _GOODS,
    r"(?:listed|read|dumped) all (?:the )?secrets|dns tunnel\w{0,5}",
)
"""Data or a secret is, or goes, where others can have it. Nobody has to be caught for it to be urgent."""

MERE_ATTEMPT = re.compile(
    r"\b(?:attempt|blocked|prevented|denied|quarantined|failed|port scan|vulnerab|suspicious|unusual|brute|password spray|"
    r"mitigated|cve-|malicious|phishing|credential stuffing|potential|possible)",
    re.IGNORECASE,
)
"""What makes a threat an attempt, or a weakness nobody has used."""

_FEATURE = (
    r"(?:check\s?-?outs?|payments?|log-?ins?|sign-?ins?|sign-?ups?|registrations?|authentication|search|ordering|"
    r"orders|bookings?|"
    r"reservations?|carts?|purchas(?:es|ing)|billing|invoicing|withdrawals?|deposits?|transfers?|uploads?|"
    r"downloads?|messaging|"
    r"email delivery|playback|streaming|video calls?|calls|card authori[sz]ations?|payouts?|subscriptions?|sso|"
    r"single sign-on|"
    r"password reset|trading|quotes|ticketing|deliveries|dashboards?)"
)
_BROKEN = (
    r"(?:broken|fail(?:s|ing|ed|ure)?|down|unavailable|not working|not loading|stopped working|does not work|"
    r"doesn't work|offline|"
    r"unusable|impossible|halted|blocked|stopped|crash(?:es|ing)|timing out|erroring|dead|rejected|declined|refused)"
)
_DOES_NOT = (
    r"(?:does not|doesn't|do not|don't|did not|didn't|never|no longer|not)\s+(?:\w{1,12}\s+){0,1}?"
    r"(?:work\w{0,3}|arriv\w{1,3}|load\w{0,3}|return\w{0,3}|respond\w{0,3}|open\w{0,3}|start\w{0,3}|complet\w{1,3}|"
    r"appear\w{0,3}|"
    r"go(?:es)? through|answer\w{0,3}|function\w{0,3}|deliver\w{0,3}|accept\w{0,3}|finish\w{0,3}|sent|send)"
)

FEATURE_BROKEN = _any(
    _FEATURE + r"(?:\s+(?:page|flow|feature|api|endpoint|process|service|form|function|button|processing|system|"
    r"journey))?\s+(?:"
    + _IS + r")?(?:completely |entirely |currently |all |now )?" + _BROKEN,
    r"(?:cannot|can't|can not|unable to|couldn't|could not|not able to|no longer)\s+(?:\w{1,20}\s+)?(?:log\s?-?in|"
    r"sign\s?-?in|"
    r"check\s?-?out|pay|search|place orders?|order|book|upload|download|send|receive|register|sign\s?-?up|subscribe|"
    r"withdraw|deposit|transfer|trade|stream|play|authenticate|access|use|open|load|"
    r"complete (?:\w{1,20}\s+){0,3}(?:purchases?|payments?|orders?|checkouts?|bookings?))",
    _FEATURE + r"(?:\s+(?!but\b|and\b|if\b|when\b|that\b|which\b)[\w-]{1,20}){0,2}?\s+" + _DOES_NOT,
    r"no (?:card |new |online )?(?:payments?|orders?|bookings?|sign-?ups?|purchases?|transactions?|calls?)\s+(?:at all\s+)?"
    r"(?:(?:have |has |is |are |can |could |will |be |been ){0,3})(?:com(?:e|ing|es)|go(?:es|ing)?|get(?:s|ting)?|"
    r"arriv\w{1,3}|placed|"
    r"process\w{0,3}|made|possible|received|completed)",
    r"(?:major|core|critical|key|main|essential) (?:feature|functionality|function|flow|journey)s?\s+(?:" + _IS + r")?" + _BROKEN,
)  # fmt: skip
"""Something people come for does not work."""

FUNCTION_LOST = _any(
    r"(?:certificates?|certs?) (?:\S{1,80} ){0,6}?(?:has |have )?expired",
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

PARTLY = _any(
    r"some|few|intermittent\w{0,4}|occasional\w{0,4}|sometimes|slow\w{0,4}|subset|small|single|one|minor|delayed|"
    r"partial\w{0,4}",
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
COSMETIC = _any(
    r"typos?|cosmetic\w{0,4}|misspell\w{0,4}|misspelt|spelling (?:mistake|error)|misaligned|lorem ipsum|ui (?:nit|"
    r"glitch|polish)|nit(?=\s?:)",
    r"alignment issue|off by (?:a few|some|one|two|\d{1,2}) ?(?:px|pixels?)|(?:looks?|appears?|"
    r"renders?) (?:\w{1,12} )?(?:blurry|ugly|odd|"
    r"crooked|pixelated|squashed|too (?:small|big|dark|light))",
    r"(?:wrong|outdated|odd|ugly|old|incorrect|inconsistent|blurry|overlapping|missing) (?:[\w-]{1,20} ){0,2}?" + _LOOK,
    _LOOK
    + r"\b[^.;\n]{0,50}?\b(?:wrong|outdated|old|incorrect|inconsistent|differs?|blurry|overlaps?|cut off|crooked|ugly)",
)
FALSE_POSITIVE = _any(
    r"false[- ](?:positive|alarm)|test (?:alert|notification|alarm|page|incident)|this is (?:only )?a (?:test|drill)",
    r"drill|game\s?day|synthetic (?:test|alert|canary)",
)
ROUTINE = _any(
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
