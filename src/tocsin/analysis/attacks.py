"""The words in which alerts speak of intruders, attacks and leaks: one pattern per kind of sign. Read by `impact`.

Every pattern is linear in its input: repeats are bounded, and nothing unbounded is nested.
"""

import re

from tocsin.analysis.signs import any_of

_ASSETS = (
    r"(?:accounts?|hosts?|servers?|machines?|instances?|credentials?|keys?|tokens?|cluster|nodes?|systems?|admin|"
    r"users?|pods?|"
    r"containers?|workstations?|laptops?)"
)
_STOLEN_GOODS = (
    r"(?:customers?|users?|clients?|members?|personal|payment|cards?|patients?|employees?) "
    r"(?:data|records|details|information|tables?|lists?|database|base)"
)

COMPROMISE = any_of(
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
    r"(?:lockbit|blackcat|alphv|ryuk|akira|wannacry|notpetya|revil)",
    r"fail(?:ed|ures?)\b.{0,60}?\b(?:followed by|and then|then|before) (?:an? |one |\d{1,6} )?(?:success\w{0,6}|"
    r"valid|accepted)",
)
"""Somebody is in, or was: the words of a success, not of an attempt."""

SUSPECTED_COMPROMISE = any_of(
    r"unauthori[sz]ed (?:access|login|entry|changes?|transfer)s? (?:was |has been |is )?(?:to|gained|confirmed|"
    r"detected|by|from|"
    r"succeeded|in|on|observed|made)"
)
LOGIN_WORKED = any_of(
    r"(?:accepted|correct|valid|right) (?:password|publickey|credentials?|login)",
    r"(?:[1-9]\d{0,5}|0?\.\d{0,3}[1-9])\s?%? (?:of (?:them|these|the attempts) )?(?:succeeded|were successful)",
    r"(?:[1-9]\d{0,5} |one |two |three |several |multiple )?success(?:ful)? (?:log-?ins?|sign-?ins?|log-?ons?|"
    r"authentications?)",
)
LOGIN_FAILED = any_of(
    r"(?:failed|unsuccessful|invalid|rejected|wrong|incorrect|bad) (?:[\w-]{1,30} ){0,3}(?:log-?ins?|sign-?ins?|log-?ons?|"
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

THREAT = any_of(
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
    r"(?:is|are|being|gets?|getting|been) (?:\w{1,12} )?(?:flooded|hammered|bombarded|dosed)(?! with (?:tickets|"
    r"calls|mails|emails|complaints))",
    r"(?:abuse|block|black|deny|threat|reputation)[- ]?lists?|known[- ]bad|threat intel\w{0,9}",
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

EXPOSED = any_of(
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
    r"(?:queried|read|exported|downloaded|copied|dumped|saved) (?:\w{1,12} ){0,2}?(?:every|"
    r"all) (?:\w{1,12} ){0,2}?(?:rows?|records?|tables?|"
    r"customers?|patients?|files|mails?)",
    r"(?:copied|saved|moved|exported|downloaded) [^.;\n]{0,60}?(?:to|on|onto) (?:an? |the |his |her |their )?(?:usb|"
    r"memory stick|thumb drive)",
    r"\d ?(?:[gt]i?b|gigabytes|terabytes)\b[^.;\n]{0,40}? (?:left|leaving|leaked)\b",
    r"(?:messages|data|invoices|orders|profiles|files|documents|records|accounts|baskets) of (?:other|another|"
    r"strangers|someone else)",
    r"(?:secrets?|keys?|tokens?|passwords?|credentials?) (?:is |are |was |were )?(?:visible|readable|shown|printed|"
    r"embedded|included|pasted)",
    r"(?:towards|to) [^.;\n]{0,60}?(?:nobody|no one|none of us) (?:knows|recogni[sz]es)",
)
"""Data or a secret is, or goes, where others can have it. Nobody has to be caught for it to be urgent."""

MERE_ATTEMPT = re.compile(
    r"\b(?:attempt|blocked|prevented|denied|quarantined|failed|port scan|vulnerab|suspicious|unusual|brute|password spray|"
    r"mitigated|absorbed|removed|cleaned|banned|isolated|contained|cve-|malicious|phishing|credential stuffing|"
    r"potential|possible)",
    re.IGNORECASE,
)
"""What makes a threat an attempt, or a weakness nobody has used."""
