"""Words that turn a claim into none: denials, wishes, conditions, parts. Data: no logic, and every repeat has an upper bound."""

import re

from tocsin.guard.late import Late

CLAUSE_END = Late(r"[,;:()]|\b(?:and|but|so|then|while|although|though|which|or)\b", re.IGNORECASE)
UNCLAIMED = Late(
    r"\b(?:not|no|never|nor|cannot|can't|won't|isn't|aren't|wasn't|weren't|hasn't|haven't|hadn't|doesn't|don't|didn't|couldn't|"
    r"without|yet to|unable|far from|until|once|when|whenever|before|if|whether|unless|as soon as|will|'ll|would|should|shall|may|"
    r"want(?:s|ed)?|wish(?:es)?|need(?:s)?|like|get|getting|who|might|could|too early|to be|to get|to have|to see|(?:work|try|continu|aim|hop)(?:ing|e|es) (?:\w{1,20} ){0,2}to|in order to|"
    r"hopes?|hoping|expect(?:s|ed|ing)?|almost|nearly|close to|about to|towards?|elsewhere|partly|partially|gradually|slowly|"
    r"start(?:s|ed|ing)? to|beginning to)\b(?:[ \w'%-]{0,60})$|\b(?:last (?:week|month|year|time)|similar|previous|other|others|rest of|remaining|unaffected|existing|earlier (?:incident|issue|problem|disruption))\b[ \w'%-]{0,60}$|\b(?:most|some|many|more|few|half|part) (?:of (?:the |our |all )?)?(?:[\w-]{1,20} )?$",
    re.IGNORECASE,
)
CONDITION = Late(r"\b(?:until|once|when|whenever|before|if|unless|as soon as)\b[^.\n]{0,120}$", re.IGNORECASE)
PARTIAL = Late(
    r"^[ \w'-]{0,20}?\b(?:for|in|by) (?:the )?(?:most|some|many|part|parts|a part|half|a few|several|a number|the majority|majority|"
    r"nearly|almost|about|around|\d{1,3} ?(?:%|percent)|(?:one|two|three|four|five|six|seven|eight|nine|ten|\d{1,3}) (?:of|out of|in)\b)|^ ?(?:soon|shortly|yet\b)|^[ \w'-]{0,20}?\bin (?-i:[A-Z][a-z]{2,20})|^[ ,](?:except|apart from|but not|other than)",
    re.IGNORECASE,
)
