"""How people assert a cause, or guess one. Data: no logic, and every repeat has an upper bound."""

import re

from tocsin.guard.wording.lexicon.parts import CHANGE, EFFECT, TROUBLE, any_of, words

DUE_TO = any_of(
    r"(?:caused|introduced|provoked|brought about|brought on|produced|overloaded|overwhelmed|knocked out|taken down|brought down) by",
    r"(?:is|was|are|were|be|been|being) (?:\w{1,20} )?triggered by",
    r"because(?: of)?",
    r"due to",
    r"owing to",
    r"on account of",
    r"as (?:a|the) (?:direct )?(?:result|consequence) of",
    r"(?:is|was|are|were|be|been) the result of",
    r"thanks to (?:a|an|the|our|some|one)",
    r"(?:stem(?:s|med)?|stemming|originat(?:es|ed|ing)|resulted|resulting) from",
    r"traced (?:it |this |them )?(?:back |down )?to",
    r"attribut(?:ed|able) to",
)
"""Phrases after which the cause follows, unless the incident itself is meant."""
CAUSE = any_of(
    r"(?:root cause|cause|reason|source|culprit)s?(?: (?:of|for|behind) (?:the |this |these |it|your )?(?:[\w-]{1,30} ?){0,4})?"
    r"[ :]{1,2}(?:is|was|are|were|appears?|seems?|looks?|lies?|turned out|turns out|(?:has|have) been traced)"
    r"(?! (?:not|still|yet|unknown|unclear|being|under|seeing|facing|experiencing|having|to be determined|identified|found|now (?:known|identified)|known|confirmed|fixed))",
    rf"(?:it|this|that|they|{TROUBLE}|errors?|faults?|delays?|trouble) {words(3)}"
    r"(?:comes?|came|stem(?:s|med)?|result(?:s|ed)|originat(?:es|ed)|aris(?:es|ing)|arose|goes back|go back|went back|dates back|"
    r"(?:was|were|is|are|been) (?:traced|tracked|narrowed) (?:back |down )?)(?: from| to| in)",
    r"(?:suspects?|suspected|suspecting)(?: that)? (?:a|an|the|our|it|this|one|some|these|they|there)",
    rf"(?:is|are|was|were|be|being|seems?|looks?|appears?(?: to be)?|likely|probably|possibly|apparently) {words(2)}"
    r"(?:related|linked|connected|tied) to",
    r"(?:looks|look|seems|sounds) like (?:a|an|our|one|some|it was|it is|it's)",
    r"(?:points?|pointing|hints?|hinting) (?:to|at|towards?) (?:a|an|the|our|some|one)",
    r"(?:most |very )?(?:likely|probably|possibly|apparently|presumably|seemingly|maybe|perhaps)"
    r"(?: it is| it's| it was| this is| this was)? (?:a|an|due|caused|because|from|after)",
    rf"(?:after|following|since) (?:last night's|yesterday's|today's|this morning's|this afternoon's|tonight's|the latest|the recent|"
    rf"a recent|our (?:latest|last|recent)|a scheduled|a planned|the planned|the scheduled) {words(2)}{CHANGE}",
    rf"(?:start(?:ed|s)?|began|begun|happen(?:ed|s)|occurr(?:ed|ing)|appear(?:ed|s)|came up|arose|seen) {words(2)}"
    rf"(?:after|following|with) {words(4)}{CHANGE}",
    rf"{CHANGE} {words(6)}{EFFECT}",
    r"(?:is|are|was|were) (?:behind|responsible for|at the root of|to blame for|the culprit (?:for|behind)) (?:this|these|that|it|the|today)",
    r"(?:root cause|cause|reason|culprit)s? ?[:=] ?(?!unknown|not|under|tbd|tba|being|still|to be|n/a|open)",
    r"(?:hunch|suspicion|theory|hypothesis|guess|assumption|impression|working assumption|diagnosis)s? (?:is|was|are|that|points?)",
    r"(?:clearly|probably|likely|apparently|obviously|certainly|evidently|closely) (?:connected|related|linked)",
    r"(?<!there )(?<!you )(?:(?:it|this|that|these|cause|reason|problem|issue|culprit) (?:could|may|might|must)|^\W{0,3}(?:could|may|might|must)) (?:well |also |simply |just )?"
    r"(?:be|have been) (?:a|an|due|down to|the|our|some|caused|because|from)",
    r"(?:correct|fix|remov|revert|undo|undid|undone|roll|rolled back|tak|took|replac|disabl|repair|switch)(?:ed|ing|en|t)?(?: back| off| out)? (?:a|an|the|our|one|this) (?:[\w-]{1,20} ){0,2}?"
    r"(?:wrong|faulty|bad|broken|expired|defective|erroneous|misconfigured|incorrect|malformed|corrupt(?:ed)?|rogue|runaway) [\w-]{2,20}",
    rf"{CHANGE}(?: [\w-]{{1,20}}){{0,2}} (?:that|which) (?:has |have |had )?(?:blocked|caused|broke|broken|slowed|stopped|prevented|overloaded|crashed|triggered|affected|introduced)",
    r"(?:which|that) (?:has |have |had |then |in turn )?(?:caused|triggered|led to|resulted in|overloaded|broke)",
    rf"(?:identified|found|discovered|detected|isolated|uncovered|located) (?:a|an|the) (?!fix|way|workaround|solution){words(3)}"
    r"(?:misconfiguration|bug|defect|faulty [\w-]{1,30}|bad [\w-]{1,30}|expired [\w-]{1,30}|wrong [\w-]{1,30}|broken [\w-]{1,30}|"
    r"(?:configuration|code|config) (?:change|error)|memory leak|hardware (?:fault|failure|problem|issue)|power (?:cut|failure|problem)|"
    r"regression|overload|attack)",
    rf"{TROUBLE} (?:with|in|at|on) (?:our|a|an|the|one of our) {words(3)}"
    r"(?:databases?|database servers?|servers?|network (?:hardware|equipment|provider)|hardware|data cent(?:er|re)s?|power supply|"
    r"storage (?:system|layer|array)s?|load balancers?|hosting|suppliers?|vendors?|providers?|carriers?)",
    r"(?:upstream|third[- ]party|external|hosting|network|cloud) (?:provider|vendor|supplier|carrier|dependency)"
    rf"(?:'s)? {words(1)}(?:{TROUBLE}|failures?)",
)
"""Phrases that assert a cause, or guess one."""
CAUSED_BY_ITSELF = re.compile(
    rf"^ (?:by |of )?(?:this|the|that|these|those|an?|our|any|such)?(?: (?:ongoing|current|same|above|technical|internal|unexpected|"
    rf"temporary|unforeseen|recent|earlier|service))? ?(?:{TROUBLE}|errors?|delays?|this|it)s?(?! (?:at|with|in|of|from|on|by) )"
    r"(?=[ .,;:!)]|$)",
    re.IGNORECASE,
)
"""What follows "due to" when the incident itself is meant: "due to this issue you may see old prices"."""
NO_CAUSE = re.compile(
    r"\b(?:whether|what|why|how|if|which|no (?:sign|signs|evidence|indication|indications|reason to believe)|not|never|n't|cannot|"
    r"unclear|unknown|unrelated|rul(?:ed?|ing) out|nothing to do|inconvenience)\b[ \w'%-]{0,40}$",
    re.IGNORECASE,
)
"""Words before such a phrase that make it a question, a denial, or a courtesy."""
TROUBLE_BEFORE = re.compile(rf"\b{TROUBLE},? $", re.IGNORECASE)
"""The incident itself, before "which caused": it names no cause."""
