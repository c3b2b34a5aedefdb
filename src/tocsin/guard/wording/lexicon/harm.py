"""How people say what customers experience, and how they say nothing. Data: no logic, and every repeat has an upper bound."""

import re

from tocsin.guard.late import Late
from tocsin.guard.wording.lexicon.parts import IMPACT_NOUN, TROUBLE, any_of

SYMPTOM = any_of(
    r"(?:can ?not|can't|could ?n[o']t|couldn't|unable|impossible|not possible|not able|no longer (?:able|possible)|inability)",
    r"fail(?:s|ed|ing|ures?)?(?! ?over)",
    r"slow(?:er|ly|ness|s|ed|ing|downs?)?|sluggish(?:ly)?|laggy|lag(?:s|ging)?",
    r"unavailab(?:le|ility)|inaccessible|unreachable|offline|unresponsive|unusable|unplayable",
    r"errors?(?:[- ](?:pages?|messages?|rates?|codes?))?|erroneous(?:ly)?",
    r"delay(?:s|ed|ing)?|late|later than|overdue|backlogs?|backlogged|gaps?|behind schedule|stale",
    r"degrad(?:ed|ation|es|ing)|interrupt(?:ed|ions?|s)|disrupt(?:ed|ions?|s)|intermittent(?:ly)?|unstable|instability",
    r"missing|lost|losing|loss|lose|stuck|hang(?:s|ing)?|hung|empty|blank|frozen|freez(?:e|es|ing)|garbled|distorted|choppy|silent|mute[ds]?",
    r"down(?! ?(?:load|stream|time))|outages?|timeouts?|time out|times out|timed out|timing out",
    r"(?:do|does|did|is|are|was|were|has|have|may|might|will|could|would)(?:n't| not) (?:\w{1,20} )?(?:be |been )?(?:work|load|open|show|display|send|"
    r"receiv|respond|connect|appear|arriv|updat|play|start|sync|deliver|process|complet|available|access|reach|accept|sav|upload|log|sign|join|call|print|"
    r"render|refresh|match|go |get|see|finish|post|find|count|ring|book|pay|charg|stream|publish|import|export)\w{0,10}",
    r"refus(?:ed|es|ing)|reject(?:ed|s|ing)?|declin(?:ed|es|ing)|denied|blocked|logged out|signed out|kicked out|locked out|cut off|turned away|bounced?",
    r"(?<!went )(?<!goes )(?<!something )(?<!something is )wrong|incorrect(?:ly)?|outdated|old|inaccurate|inconsisten(?:t|cy|cies)|duplicat(?:e|ed|es)|twice|double[- ]charged|overcharg(?:ed|es)|overbilling|"
    r"(?:higher|lower)[- ]than[- ](?:expected|usual|normal)|mismatch(?:ed)?|mixed up",
    r"drop(?:s|ped|ping)?(?= (?:calls?|out|after|off|in|while|for|because)| ?[.,;]|$)|dropped|crash(?:es|ed|ing)?|stop(?:s|ped)?|buffer(?:s|ing)?|stutter(?:s|ing)?|flicker(?:s|ing)?",
    r"longer (?:than|waits?|waiting|wait times?|load(?:ing)? times?|queues?|response times?|to \w{2,15})|long (?:waits?|waiting|queues?|queue times?|loading times?)|wait(?:ing)? times?|spinning",
    r"(?:reduced|impacted|impaired|poor|limited|lower|decreased|partial) (?:performance|availability|functionality|service|quality|access|capacity|speed)|(?:connectivity|performance|quality|delivery|login|"
    r"sign-in|playback|access|payment|checkout|permissions?) (?:issues?|problems?|difficult(?:y|ies)|trouble)",
    r"incorrectly challenged|challenged|misrouted|unsent|undelivered|unread|unanswered|hidden|reset themselves|try again|retry|second try|repeat(?:ed)?",
    r"suspended|disabled|paused|halted|switched off|turned off|closed|cancel(?:l?ed|s)|expired early|unauthori[sz]ed|unusual activity|exposed|leaked|accessed by|compromised",
    r"latenc(?:y|ies)",
    r"(?:shown|visible|displayed|disclosed|sent|delivered|charged) to (?:other|the wrong|wrong|third|another|unauthori\w{1,8})",
    r"(?:shows?|sees?|with|has|have|gets?|receives?|displays?) no \w{2,20}|no [\w-]{3,20}(?: [\w-]{1,20}){0,3} (?:for|at all|can|are shown|is shown|arrives?|appears?)",
    r"takes? (?:several|many|two|three|longer|more|multiple|up to|a long|ages)|attempts",
)
"""What customers experience, in their words."""
TROUBLED = Late(
    rf"\b(?:issues?|problems?|incidents?|trouble|difficult(?:y|ies)|disruptions?|outages?)(?! (?:has|have|is|are|was|were)\b) "
    rf"(?:(?:which|that) (?:is |are |may be |was )?)?(?:affect(?:s|ing|ed)?|impact(?:s|ing|ed)?|with|when|while|where|in|on|around|for|causing|preventing|involving|related to|regarding|concerning|\w{{3,15}}ing)\b"
    rf"(?! (?:it|this|the (?:results?|fix|situation|issue|problem|recovery)|us|our (?:side|end)|a fix)\b)"
    rf"(?! (?:(?:some|many|all|most|a (?:small |limited )?(?:number|subset|portion|part|percentage|fraction) of|certain|several|a few|few|our|multiple|the) ){{0,3}}(?:our |the )?(?:{IMPACT_NOUN}|services?|systems?|regions?|platform|products?|infrastructure|application|environment)[ .,;!]{{0,2}}(?:$|\n|[A-Z]|and we|at this|at the))"
    r"(?! the (?:impacted|affected))",
    re.IGNORECASE,
)
"""Trouble with something that is named: "an issue with exports", not "this issue" and not "an issue affecting some users"."""
AFFECTED = Late(
    r"\b(?:affect(?:s|ed|ing)|impact(?:s|ed|ing)|hit(?:s|ting)?) (?:the |our |all |some |many |most |your ){0,2}(?!(?:the|our|all|some|many|most|your|its|their)\b|customers?\b|users?\b|clients?\b|services?\b|platform\b|products?\b|infrastructure\b|applications?\b|environment\b|company\b|business\b|some\b|you\b|members?\b|players?\b|us\b|it\b|a (?:small|number|subset|portion)|"
    r"systems?\b|performance of|everyone|part of)[\w'-]{3,30}|\b(?!customers\b|users\b|clients\b|services\b|systems\b|members\b|people\b|some\b|you\b|we\b|regions\b|others\b|all\b|which\b|that\b|who\b|accounts\b)[\w-]{3,30} (?:is|are|was|were|may be|might be|will be) (?:currently |also |still |being )?(?:affected|impacted|hit)\b",
    re.IGNORECASE,
)
HARMED = Late(
    rf"\b(?:inconvenience|trouble|problems?|difficult(?:y|ies)|disruption|harm|impact) (?:to|for|among) (?:\w{{1,20}} ){{0,3}}?{IMPACT_NOUN}",
    re.I,
)
CAN_DO = Late(
    r"\b(?:can|could|cannot) (?:now |only |no longer |not |again )?be (?!expected|found|seen|sure|confirmed|said|resolved|fixed|given|restored|shared|ruled|identified|traced)\w{3,15}(?:ed|en|ought|old|aid)\b|"
    rf"\b{IMPACT_NOUN} (?:in [\w ]{{2,20}} )?(?:can|could|may|might|should|will(?: now)? be able|are (?:now |again )?able|were able|see|saw|experience[ds]?|experiencing|get|got|have to|need to|had to|notice[ds]?)\b"
    r"(?! (?:be )?(?:affected|impacted|an? (?:issue|incident|problem|outage)s?[.,]|experience (?:an? )?(?:issues?|problems?)[.,]|rest assured|contact|reach|expect|follow|find (?:more|updates)|see (?:this|the) (?:page|status|update)|visit|subscribe))",
    re.IGNORECASE,
)
GENERIC = frozenset(
    (
        "last changed potential possibly currents bear bit bumpy rough hiccup hiccups glitch glitches anticipate anticipated estimate estimated one two three four five six seven eight nine ten fifteen twenty thirty forty sixty half alive adjust adjusted adjusting analyse analysed analysing analyze analyzed analyzing assistance bring brought calm carry case collect collecting collected concerned confirmed control correction corrections course data decided deal dealing delighted diagnose diagnosing eye eyes far figure gather gathering gave glad happen happened handle handling heads-up informed involved keep kept kind lasting list live looks manage managed matters message messages morning afternoon evening night naturally nothing ongoing open operate overview page pages people pleased progress promise really recognise recognize record restart restarted restarting return returned returning review reviewing safe seem seems serious several shall sign sit specialist specialists sorted special stabilised stabilized stabilising steps step thorough thoroughly together tomorrow top tried try trying unchanged undergoing unfortunately unusual usual view wait waiting word words wrong yesterday a about above account accordingly across action actions active actively actual additional address addressed affected affecting after again all almost along already also always am among an "
        "and any anything apologies apologise apologize applied applying appreciate appropriate are area around as assess at attention available aware away back be because become been before began "
        "begin being believe below best between both but by came can carefully cause caused causes change changes check checked checking clear close closed closely colleagues come coming complete completed "
        "completely components condition conditions confirm confirmed continue continued continues continuing correct corrective critical current currently customer customers day deploy deployed deploying "
        "detail detailed details determine developing development did different difficulties discovered discovering do does doing done down due during each early earlier effect effort efforts encountered end ended engineer "
        "engineering engineers ensure environment escalated even event every everyone everything evaluate examining expected experience experienced experiencing expert experts fault fix fixed fixes fixing focus focused following for found "
        "from full fully functional functionalities functionality further get getting give given goes going good hard has have having healthy help here high highest hold hope hours how however identified identify identifying if "
        "immediate immediately impact impacted impacting implement implementation implemented implementing improve improved improvement improving in incident incidents including inconvenience inform information infrastructure initial internal into investigate investigated "
        "investigating investigation investigations is isolate isolated issue issues it its itself just keep keeping know known latest learn less let level levels like likely located long look looking made main major make making many matter may "
        "measures minor minutes mitigate mitigated mitigating mitigation mitigations moment monitor monitored monitoring more most move moving much multiple must necessary need new next no normal not note notice noticed now nature number observation observe observed "
        "observing occur occurred of off on once one ongoing only operating operational operations or order other our out over overall part partial parts patience people performed persist please point positive possible post posted prepare prepared preparing present "
        "preventive previous priority problem problems proceed process progress properly provide provided published put quick quickly quite reason received recover recovered recovering recovery regarding region regions related release "
        "remain remaining remains remediate remediating remediation remediations remedy report reported reports resolution resolve resolved resolving response responding restore restored restoring result results right rolled rolling root "
        "running said same say see seeing seems seen seriously service services several share shared shortly should side signals signs since situation small so solution solutions solve solved solving some something soon sorry source specialists "
        "speed stabilise stabilize stability stable stand start started state status stay steps still successfully such sure system systems take taken taking team teams technical technicians test tested testing than thank thanks that the their them then "
        "there these they thing things this those though through till time times to today together towards track trouble troubleshoot troubleshooting tuned under understand understanding underway unexpected until up update updated updates urgently us use user users "
        "validate validating validation various verify verifying very via was watch watching way we well were what when where whether which while who why will with within work worked working works would yet you your zone as-of "
        "utc gmt am pm investigating identified monitoring resolved status-page dear hello hi folks everyone valued sincerely regards deeply greatly outage outages disruption disruptions degradation degraded interruption platform product products "
        "department relevant responsible third-party hour regular regularly best-possible additional-information high-priority apologies"
    ).split()
)
"""Words of which a message about nothing is made. One that has hardly any other has not said what customers experience."""
CAPABILITY = any_of(
    r"log-?ins?|log(?:ging)?[- ]?in|log(?:ging)?[- ]?on|sign(?:ing)?[- ]?(?:in|up|on)s?|sign-?ins?|sign-?ups?|registrations?|passwords?|check-?outs?|carts?|baskets?|payments?|paying|purchases?|"
    r"refunds?|invoices?|billing|subscriptions?|orders?|bookings?|reservations?|deliver(?:y|ies)|shipments?|parcels?|tracking|uploads?|uploading|downloads?|downloading|"
    r"files?|documents?|photos?|pictures?|images?|videos?|films?|streams?|streaming|playback|music|songs?|search(?:es)?|searching|e-?mails?|mailbox(?:es)?|inbox(?:es)?|chats?|"
    r"(?:push |sms |text )?notifications?|alerts|calls?|calling|voice|meetings?|calendars?|dashboards?|reports? (?:page|builder|export)|reporting|exports?|imports?|charts?|analytics|balances?|transfers?|transactions?|accounts? (?:page|settings)|"
    r"cards?|withdrawals?|deposits?|trades?|trading|quotes?|prices?|maps?|routes?|navigation|rides?|tickets? (?:sales|shop)|matches|games?|lobb(?:y|ies)|"
    r"(?:web)?sites?|(?:mobile |web |desktop |ios |android )?apps?|portals?|(?:home|landing|product|login|account) ?pages?|api(?: requests?| calls?)?|integrations?|webhooks?|plug-?ins?|"
    r"forms?|surveys?|comments?|posts? (?:feed|page)|feeds?|timelines? view|profiles?|messages? (?:delivery|sending)|messaging|channels|sending (?:messages|mail)|"
    r"pages (?:load|open|are|may)|sync(?:hroni[sz]ation|ing)?|backups?|print(?:ing|ers?)|scans?|scanning|builds?|pipelines? runs?|repositor(?:y|ies)|pull requests?|workflow runs?|runners?|"
    r"appointments?|prescriptions?|lessons?|courses?|classes|exams?|grades|time ?sheets?|payroll|gift cards?|vouchers?|coupons?|loyalty|menus?|tables|kiosks?|terminals?|tills?|"
    r"metrics|servers|guilds|conversations?|threads|contacts?|domains?|hosting|storage|two-factor|verification(?: codes?| emails?)?|codes|tokens?|models?|completions?|"
    r"languages?|translations?|subtitles?|captions?|recordings?|translations|editing|creating|publishing|connectivity|network performance|cancell?ations?|activation|deployments?",
)
"""What customers do with a product. A message that names one says at least what is touched."""
EMPTY = Late(
    rf"\b(?:experiencing|having|facing|aware of|investigating|encountering|seeing) (?:an? |some |any |the |certain ){{0,2}}(?:\w{{1,20}} )?(?:technical )?(?:{TROUBLE}|errors? condition)(?= ?[.,;!]| ?$| ?\n| and\b)|"
    r"\btechnical (?:difficult(?:y|ies)|problems?|issues?|error)\b|\b(?:service|this|the|an?|our) (?:disruption|interruption|outage|degradation|delay)s?(?= (?:has been|is|was|caused)? ?(?:resolved|fixed|over|may have|have caused|has caused|under)|[.,\n]|$)",
    re.IGNORECASE,
)
"""Trouble that is not described."""
FILLER = Late(
    r"\b(?:any|the|for(?: the| any)?|all|this|sincerely|apologi[sz]e for(?: any| the)?|sorry for(?: the| any)?|regret(?: any| the)?) (?:inconvenience|trouble|disruption|interruption|delay|frustration|wait|impact|confusion)s?"
    r"(?! (?:to|for) (?:\w{1,20} ){0,3}(?:users|customers))[^.\n]{0,120}|"
    r"\bthank(?:s| you)[^.\n]{0,160}|\b(?:we )?(?:sincerely |deeply |very much )?(?:apologi[sz]e|are (?:very |so |truly )?sorry|regret)[^.:\n]{0,160}|your (?:patience|understanding)[^.\n]{0,120}|"
    r"\bif you (?:continue|still|are|have|need|experience|see|notice)[^.\n]{0,160}|\bplease (?:contact|reach|open|create|visit|subscribe|follow|see|submit)[^.\n]{0,160}|"
    r"\bfor any further issues\b|\bany (?:further|other|new|more|additional|remaining|recurrence)[\w ]{0,30}|"
    r"\bkeep you (?:updated|informed|posted)[^.\n]{0,120}|\bupdate you[^.\n]{0,120}",
    re.IGNORECASE,
)
"""Courtesy that says nothing about what customers experience."""
