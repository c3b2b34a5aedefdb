"""How people promise a time: of recovery, of the next update; and how times of day are written. Data: no logic, and every repeat has an upper bound."""

import re

from tocsin.guard.late import Late
from tocsin.guard.wording.lexicon.parts import WORD

CLOCK_WORDS = r"(?:[01]?\d|2[0-3])(?:[:.h][0-5]\d)?(?: ?[ap]\.?m\.?)?(?: ?o'clock)?"
UNIT = r"(?:min(?:ute)?s?|mins?|m|hours?|hrs?|h|days?|seconds?|secs?|weeks?)"
COUNT = (
    r"(?:\d{1,3}(?:[.,]\d)?(?: ?(?:-|to) ?\d{1,3})?|an?|one|two|three|four|five|six|ten|fifteen|twenty|thirty|forty|forty-five|sixty|ninety|seven|eight|nine|twelve|a few|few|several|"
    r"a couple of|couple of|half an|half a|another|an additional|the next few|next few)"
)
SPAN = rf"(?:{COUNT}[ -]?(?:more )?(?:business |working )?{UNIT})"
DAY = (
    r"(?:tomorrow|tonight|today|this (?:morning|afternoon|evening)|noon|midday|midnight|lunch(?:time)?|breakfast|"
    r"the end of (?:the |this )?(?:day|week|morning|afternoon|hour|shift)|end of (?:the )?(?:day|week|business)|eod|cob|close of business|"
    r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)(?: morning| afternoon| evening| night)?|"
    r"the (?:course of the )?(?:morning|afternoon|evening|day)|the weekend|next week|start of business)"
)
WHEN = (
    rf"(?:(?:by|within|in|before|until|till|at|around|no later than|not later than|latest(?: by| at)?|about|inside|over|during|for|takes?|need(?:s)?|"
    rf"require(?:s)?|another)"
    rf" (?:the |about |around |approximately |approx\.? |roughly |another |less than |under |at most |no more than |not more than |no longer than |max(?:imum)? |maybe |T minus |T-|the next |next |"
    rf"the coming |course of the |latest by ){{0,3}}(?:{SPAN}(?: or (?:so|less|two))?|hour|half hour|{DAY}|\d{{1,3}}(?=[.,!]|$)|"
    rf"{CLOCK_WORDS}(?! ?(?:%|percent|of|customers|users|regions|countries|cases|requests|orders|steps|phases|parts|minutes ago))(?=[ .,;!)]|$))"
    rf"|{DAY}|{SPAN} from now|(?<!as )(?:very |super |real |pretty )?(?:shortly|soon)(?! as)|momentarily|imminent(?:ly)?|any (?:minute|moment|second|time now)(?: now)?|"
    r"in no time|before you know it|not (?:take )?long|before (?:the|your|his|her|their|lunch|dinner|work|school|rush|bedtime|opening|closing|christmas|tomorrow|tonight)\b|before long|in a (?:bit|moment|while|jiffy|sec|minute|second)|presently|at any moment)"
)
"""When something is to happen."""
RECOVERY = (
    r"(?:fix(?:e[sd])?|resolv(?:e[sd]?|ing)|resolutions?|restor(?:e[sd]?|ing|ation)|recover(?:y|ed|s|ing)?|repair(?:s|ed|ing)?|"
    r"back(?: up| online| to normal| in (?:service|business|action)| on track| again)?|normal(?:ity|ly)?|solv(?:e[sd]?|ing)|solution|"
    r"sorted(?: out)?|up and running|mitigat(?:e[sd]?|ion)|all[- ]clear)"
)
"""Recovery, in words that always mean it."""
RECOVERY_WEAK = (
    r"(?:done|ready|again|follow|able|steady|working|works?|available|good|right|finish(?:ed)?|complete[ds]?|completion|deploy(?:ed)?|roll(?:ed)? out|live|over|"
    r"functionality|functionalities|availability|normal operations?|online|caught up|cleared|backfilled|processed|delivered|usable|stable|operational|in place|applied|"
    r"(?:be|are|is) (?:okay|ok|fine|up)|rollback|roll-?out|deployment|patch|access)"
)
"""Recovery, in words that mean it only next to a "will"."""
AHEAD = (
    r"(?:will|'ll|won't|should|shall|going to|expect(?:s|ed|ing)?|anticipat(?:e[sd]?|ing)|estimat(?:e[sd]?|ing)|aim(?:s|ing)?|hop(?:e[sd]?|ing)|hopefully|"
    r"plan(?:s|ned|ning)?|confident|promis(?:e[sd]?|ing)|coming|due|scheduled|target(?:s|ing)?|need(?:s)?|takes?|be|in progress|on (?:its|the) way|"
    r"count on|rely on|look forward to|optimistic|looking at|reckon|likely|probably)"
)
PROMISES = (
    Late(
        rf"\b{RECOVERY}\b(?:[ ,:(-]{{1,2}}{WORD}){{0,6}}?[ ,:(-]{{1,2}}{WHEN}(?![\w%])(?! ?(?:ago|earlier|before)\b)",
        re.IGNORECASE,
    ),
    Late(
        rf"\b{AHEAD}(?: {WORD}){{0,8}}?(?: {RECOVERY}| {RECOVERY_WEAK})\b(?:[ ,:(-]{{1,2}}{WORD}){{0,5}}?[ ,:(-]{{1,2}}{WHEN}(?![\w%])(?! ?(?:ago|earlier|before)\b)",
        re.IGNORECASE,
    ),
    Late(
        rf"\b{RECOVERY_WEAK}(?: {WORD}){{0,3}}? (?:by|before|from) (?:the |about |around )?(?:{DAY}|{CLOCK_WORDS})(?![\w%])",
        re.I,
    ),
    Late(
        rf"\b(?:with)?in (?:the |about |around |next ){{0,3}}(?:{SPAN}|hour)(?: {WORD}){{0,4}}? (?:{AHEAD})(?: {WORD}){{0,4}}? "
        rf"(?:{RECOVERY}|{RECOVERY_WEAK})\b",
        re.I,
    ),
    Late(
        rf"\b(?:eta|etr|ttr)\b(?: (?:for|to|on|of) (?:\w{{1,20}} ){{0,3}}?\w{{1,20}})?(?: is| of| about| around|:| -|=|~|,){{0,3}} ?(?:{SPAN}|{DAY}|{CLOCK_WORDS}(?=[ .,;!)]|$)|"
        r"about|around|approx|roughly|soon|shortly)",
        re.I,
    ),
    Late(
        rf"\b(?:estimated|expected|projected|anticipated|target) (?:time (?:of|to|for) )?(?:full |complete )?(?:{RECOVERY}|completion)(?: time| date)?"
        rf"(?: is| of| in| at| by| within|:| -){{0,3}} ?(?:about |around |approximately |the )?(?:{SPAN}|{DAY}|{CLOCK_WORDS}(?=[ .,;!)]|$))",
        re.IGNORECASE,
    ),
    Late(rf"\b(?:hang tight|hold on|bear with us|give us)[^.\n]{{0,20}}?(?:{SPAN})", re.I),
    Late(rf"\b(?:a |the )?(?:quick|fast|prompt|speedy|swift) (?:{RECOVERY})\b", re.I),
    Late(
        rf"\b(?:{SPAN}) (?:(?:more |or so )?(?:left|to go|remaining|until|till)|(?:more )?and (?:we're|we are|it's|it is|this|that|everything|all|then))\b",
        re.I,
    ),
    Late(
        rf"\b(?:estimat(?:e|es|ed|ing)|reckons?|hope for|give it|looking at|count on|allow|figure)(?: on)? (?:about |around |another |roughly |at least |at most |some ){{0,2}}{SPAN}(?![\w%])",
        re.I,
    ),
    Late(rf"\b{SPAN}(?: more| or so)?,? (?:and then|then) ", re.I),
    Late(r"\b(?:won't|will not|shouldn't|should not) (?:take|be) (?:too |very |much )?(?:long|longer than)\b", re.I),
    Late(
        rf"\b(?:should|will|'ll|going to) (?:only |just |probably )?be (?:about |around |only |just |another |roughly )?{SPAN}(?![\w%])",
        re.I,
    ),
    Late(
        rf"\b(?:done|ready|finished|completed?|good|live|up|over) in (?:about |around |another )?(?:{SPAN}|\d{{1,3}}(?! ?(?:%|percent|of|out|customers|users|regions|countries|{UNIT} ago))(?=[ .,;!)]|$))",
        re.I,
    ),
    Late(
        rf"\b(?:returns?|resumes?|reopens?|restarts?|comes? back|goes live|go live|starts? again) (?:at|by|in|on|from|around|within)? ?(?:the |about |around )?(?:{SPAN}|{DAY}|{CLOCK_WORDS}(?=[ .,;!)]|$))(?![\w%])",
        re.I,
    ),
    Late(
        rf"\b(?:outage|downtime|interruption|disruption|this|it|incident|restriction|work|works) (?:(?:is|are|was) )?(?:expected|estimated|likely|planned|should|will|may|scheduled)(?: to)? (?:last|be|take|continue|persist|run|stay)(?: {WORD}){{0,3}}? "
        rf"(?:(?:until|till|for|about|around|under|over|at least|up to|another|less than|an additional) ){{0,2}}(?:the )?(?:{SPAN}|{DAY}|{CLOCK_WORDS}(?=[ .,;!)]|$))",
        re.I,
    ),
    Late(rf"\b{SPAN} (?:at (?:the )?(?:very )?(?:most|latest)|max(?:imum)?|tops|or less)\b", re.I),
    Late(
        r"\b(?:almost|nearly) (?:there|done|fixed|finished)\b|\b(?:only |just )?(?:minutes|moments|hours|seconds|not far) away\b|\b(?:close|near|nearer|closer|very close) to (?:a|the|an?) (?:\w{1,20} )?(?:fix|resolution|solution|recovery)\b|"
        r"\b(?:fix|resolution|solution|recovery) is (?:\w{1,20} )?(?:near|close|imminent|in sight|within reach|around the corner|days away|hours away)\b",
        re.I,
    ),
)
"""A time of recovery. The promise of the next *update* is not one: its clause is cut out before these look."""
_SOFT = r"(?:the |about |around |approximately |approx\.? |roughly |another |less than |under |at most |no more than |not more than |no longer than |T minus |max(?:imum)? |maybe |next |coming |course of the |roughly |just |only |some |probably )"
_LATER = (
    rf"(?:(?:by|within|in|before|inside|until|till) {_SOFT}{{0,3}}(?:{SPAN}|hour|half hour|{DAY}|{CLOCK_WORDS}(?! ?(?:%|percent|of|customers|users|regions|countries|requests|orders|steps|parts))(?=[ .,;!)]|$))"
    rf"|(?:later )?(?:{DAY})|by the time\b|overnight|over the (?:next|coming) (?:{SPAN}|hours?|minutes?|days?))"
)
SOMETIME = (
    Late(rf"\b{AHEAD}(?: {WORD}){{0,12}}? {_LATER}(?![\w%])(?! ?(?:ago|earlier|before)\b)", re.IGNORECASE),
    Late(rf"\b{_LATER},? (?:{WORD} ){{0,10}}?(?:will|'ll|should|shall|expect|hope to|aim to|plan to)\b", re.IGNORECASE),
    Late(
        rf"\b(?:it|this|that|fix|repair|recovery|restoration|corrections?|rollback|migration|process|which|work|works|we|us|everything|restore|roll-?out|restart|switch|move|rebuild|clean-?up|deployment)(?: {WORD}){{0,3}}? "
        rf"(?:takes?|needs?|requires?) {_SOFT}{{0,3}}{SPAN}(?![\w%])",
        re.IGNORECASE,
    ),
    Late(
        rf"\btarget(?:s|ing|ed)?(?: for| time(?: is|:)?|:)? {_SOFT}{{0,2}}(?:{SPAN}|{DAY}|(?:[01]?\d|2[0-3])[:.h][0-5]\d)",
        re.IGNORECASE,
    ),
    Late(
        rf"\b{SPAN}(?: more)? (?:to|until|till|before|for) (?:a |the |an? full |full |complete )?(?:{RECOVERY}|go|rollback|completion|restart)\b",
        re.IGNORECASE,
    ),
)
"""Something is to happen at a time, recovery not being named: a promise all the same, unless it is about watching or is advice."""
NOT_RECOVERY = Late(
    r"\b(?:monitor\w{0,3}|watch\w{0,3}|observ\w{0,4}|keep(?:ing)? (?:an eye|checking)|try again|retry|retries|reload|refresh|restart (?:the|your)|wait|please|if you|allow|may|might|late|delays?|delayed|up to|longer|"
    r"every|open until|valid|maintenance|postponed|cancell?ed|rescheduled|expires?|session|hotline|counters?|support (?:is|will)|office|review|report|write-?up|post-?mortem|analysis|refund\w{0,3}|credit\w{0,3}|invoice\w{0,2}|no longer|extend\w{0,3}|deadline)\b",
    re.IGNORECASE,
)
"""Words of a sentence that tells a time and promises no recovery."""
NO_PROMISE = Late(
    r"\b(?:any ?time|no|not|cannot|can't|don't|doesn't|unable|unknown|too early|without|until|once|if|never|was|were|"
    r"(?:has|have|had|had been)|took|taken|ended|(?:deployed|applied|released|shipped|rolled out|made|found|implemented) (?:a|the|our|this)|yesterday|earlier|ago|again (?:since|at|by))\b[ \w',-]{0,40}$",
    re.IGNORECASE,
)
PAST = Late(
    r"\bany ?time\b|^(?:\w{1,20} )?(?:was|were|had|took|ended|began)\b|\b(?:beginning|was|were|had been|has been|have been|took|ended|began|after \d|since then|ago|"
    r"earlier|yesterday)\b",
    re.IGNORECASE,
)
UNKNOWN_TIME = Late(
    r"\b(?:no|not|without|cannot|can't|don't|unable|too early|unknown|unclear)\b[^.\n]{0,40}\b(?:eta|estimate[ds]?|timeline|timeframe|time frame|"
    r"time of recovery|say when|predict|promise|tell when|give|commit)\b|\b(?:eta|estimate|timeline|timeframe)\b[ :=-]{0,3}(?:is |are |remains |still )?"
    r"(?:unknown|unclear|none|n/a|tbd|tba|not|to be)",
    re.IGNORECASE,
)
_NOUN = (
    r"(?:updates?|news|information|info|messages?|communications?|reports?|posts?|briefs?|briefings?|notices?|bulletins?|details?|check-?ins?|"
    r"announcements?|statements?|word|status|tweets?)"
)
_TELL = (
    r"(?:updates?|inform|tell|share|report(?: back)?|hear(?: from)?|post(?:ed|ing)?|back here|back with|write|check back|come back|"
    r"be in touch|let you know|notify|speak|publish|provide (?:\w{1,20} ){0,3}(?:updates?|information|details|news|status)|give (?:\w{1,20} ){0,3}(?:updates?|information|news)|"
    r"send (?:\w{1,20} ){0,3}(?:updates?|information|news)|look (?:here )?again|check (?:here |this page )?again|follow up|reach out|touch base|be here|communicate|announce|tweet|check in)"
)
_GAP = r"(?:[^.!?\n]|\.(?=\d)|(?<=update)\n|(?<=UTC\))\n|(?<=update:)\n|(?<=update\n)\n)"
_TELLS = (
    rf"(?:\b(?:next|another|further|following|more|fresh|new|additional)\b{_GAP}{{0,30}}?\b{_NOUN}\b|"
    rf"\b(?:will|'ll|shall|going to|expect|please|aim to|plan to|continue to|promise to|want to|hope to)\b{_GAP}{{0,40}}?\b{_TELL}\b|\bexpect (?:[\w-]{{1,20}} ){{0,3}}?{_NOUN}\b|"
    rf"\b(?:we|i|our team|the team|support)\b (?:{WORD} ){{0,2}}?(?:post|report|write|inform|publish|tell|speak|update|share|come back|give (?:an |you )?(?:update|news|information)|look again|are back here|check in|tweet)\b|"
    r"\bupdates?\b(?= ?(?:[:,]|- |by\b|at\b|in\b|within\b|every\b|follow\b|to follow|come\b|here\b|hourly\b|will\b|as they))|"
    r"\b(?:come|get|be|report) back to you\b|\bback (?:here|with (?:news|more|an update|updates|information|details))\b|\bupdate (?:cadence|interval|frequency|rhythm)\b|\bcheck back\b|\blook here\b|\bmore (?=at \d|by \d|in \d|within\b|in (?:an|half)\b)|\b(?:please |then )?(?:look|check) (?:here |back |this page )?again\b|"
    rf"\b{_NOUN} (?:[\w-]{{1,20}} ){{0,3}}?(?:will )?follows?\b|"
    r"\b(?:keep|keeping) you (?:\w{1,20} )?(?:posted|updated|informed|in the loop)\b|\bnext(?: one)?(?:: | at | - )(?=\d))"
)
_AT = (
    r"(?:(?:[01]\d|2[0-3])[0-5]\d(?= ?(?:utc|gmt|z)\b)|(?:(?:19|20)\d\d-\d\d-\d\d[T ])?(?:[01]?\d|2[0-3])(?:[:.h][0-5]\d(?::[0-5]\d)?(?: ?[ap]\.?m\b\.?)?|"
    r" ?[ap]\.?m\b\.?| ?o'clock| ?(?:utc|gmt)\b))"
)
_SOON = (
    rf"(?:with)?in (?:the |about |around |approximately |roughly |at most |less than |next ){{0,3}}(?:{SPAN}|hour|half hour)\b|"
    rf"every (?:{SPAN}|\d{{1,3}} ?{UNIT}|half hour|half-hour|hour|quarter(?: of an)? hour|other hour|full hour|thirty|fifteen)\b|"
    rf"hourly|half-hourly|on the (?:half )?hour|{SPAN} from now|(?:after|latest) (?:{SPAN})"
)
PROMISED = Late(rf"{_TELLS}{_GAP}{{0,70}}?(?:(?<![\w:.])(?P<at>{_AT})|\b(?P<soon>{_SOON}))", re.IGNORECASE)
PROMISED_FIRST = Late(
    rf"(?:\b(?:at|by) (?P<at>{_AT})(?: utc| gmt)?|\b(?P<soon>{_SOON}))[ ,:-]{{1,3}}(?:{WORD} ){{0,6}}?{_TELLS}",
    re.IGNORECASE,
)
"""A promise to say something, with the time it will be said: after the promise, or before it."""
TELLING = Late(
    rf"{_TELLS}(?:(?! and (?:it|this|that|everything|services?|all|will be (?:fixed|resolved|back)|we'll have|we will have|should)\b){_GAP}){{0,100}}",
    re.IGNORECASE,
)
"""A clause about telling, not about recovering: "we will share when to expect recovery"."""
SAID_BEFORE = Late(
    r"\b(?:last|previous|previously|earlier|as of|since|initial|our first|posted at|published)\b[^.\n]{0,30}$", re.I
)
VALID_UNTIL = Late(r"\bvalid (?:until|till|to|through)\b[^.\n]{0,40}", re.I)
CLOCK = Late(r"\b(?:[01]?\d|2[0-3])[:h][0-5]\d(?::[0-5]\d)?\b(?: ?[ap]\.?m\b)?|\b(?:1[0-2]|0?\d) ?[ap]\.?m\b", re.I)
_TIME = r"(?:[01]?\d|2[0-3])[:.h][0-5]\d(?::[0-5]\d)?(?:\.\d{1,6})?"
CLOCK_UTC = Late(
    rf"\b{_TIME}(?: ?[ap]\.?m\.?)?(?: ?(?:-|to|and|until) ?{_TIME}(?: ?[ap]\.?m\.?)?)? ?(?:\(?(?:UTC|GMT)\)?(?! ?[+-] ?\d)|Z\b)|"
    r"\b(?:1[0-2]|0?\d) ?[ap]\.?m\.? ?\(?(?:UTC|GMT)\b|"
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:\.\d{1,6})?(?:Z|\+00:?00)|\b(?:[01]\d|2[0-3])[0-5]\d ?(?:UTC|GMT|Z)\b|"
    rf"\b(?:UTC|GMT)[: ]{{1,2}}{_TIME}|\b(?:[01]?\d|2[0-3]) ?(?:h|o'clock)? ?(?:UTC|GMT)\b|"
    rf"\b{_TIME} (?:\d{{1,2}}/\d{{1,2}}/\d{{2,4}}|\d{{1,2}} \w{{3,9}}|\w{{3,9}} \d{{1,2}}),? ?(?:\d{{4}} )?(?:UTC|GMT)\b",
    re.IGNORECASE,
)
ALL_UTC = Late(r"\b(?:all )?times? (?:are |is |given |shown |stated )?(?:in )?\(?(?:UTC|GMT)|\(UTC\)|\bin UTC\b", re.I)
CLOCK_24 = Late(r"\b([01]?\d|2[0-3])[:.h]([0-5]\d)(?! ?[ap]\.?m)", re.I)
WRITTEN_AT = Late(
    r"(?:update|updated|status|news|message|report|reports|information|notice|post|posted)s?\b[ ,:(-]{0,3}(?:at |as of |from |of |since )?",
    re.IGNORECASE,
)
"""What stands before the time at which a message was written."""
MUCH_LATER = Late(r"\b(?:days?|weeks?|months?)$", re.IGNORECASE)
"""A report in five days is no next update."""
