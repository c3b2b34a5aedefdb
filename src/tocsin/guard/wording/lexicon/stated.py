"""How messages state facts that can be compared: status, severity, start, shares, counts. Data: no logic, bounded repeats only."""

import re

from tocsin.guard.late import Late

_WORDS = r"(?:Investigating|Identified|Mitigating|Monitoring|Resolved|Triaging|Diagnosing|Fixing|Verifying|Closed)"
STATUS = Late(
    rf"^\W{{0,4}}\[(?P<bracket>{_WORDS})\]|^\W{{0,4}}(?:current |incident )?status ?[:=-] ?(?P<line>{_WORDS})\b",
    re.IGNORECASE | re.MULTILINE,
)
"""A status as a label, in any audience's words."""
OVER = frozenset({"resolved", "closed"})
EITHER = frozenset({"verifying"})
"""The internal word for a fix that is watched and for the time right after the all-clear."""
SEVERITY = Late(r"\bSEV-?([1-4])\b", re.IGNORECASE)
START = Late(
    r"\b(?:started|began|(?<!change )since|start(?:ed)? at|beginning)(?: at| on|:)? ?(?:about |around )?(?:\d{4}-\d\d-\d\d[ T])?(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::\d\d)? ?(?:UTC|GMT|Z)\b",
    re.IGNORECASE,
)
"""When it began."""
_NUMBER = r"(?P<number>\d{1,3}(?:,\d{3}){1,4}|\d{1,9}(?:\.\d{1,2})?)"
_PEOPLE = r"(?:customers|users|members|clients|visitors|shoppers|subscribers|accounts|patients|players|guests)"
KINDS = {
    "share of users": Late(rf"{_NUMBER} ?(?:%|percent|per cent) of (?:all |our |the )?{_PEOPLE}\b", re.IGNORECASE),
    "share of requests": Late(
        rf"{_NUMBER} ?(?:%|percent|per cent) of (?:all |our |the )?(?:requests|calls|transactions|payments|orders|logins)\b",
        re.IGNORECASE,
    ),
    "number of users": Late(rf"(?<![\w.,%]){_NUMBER} (?:affected |of our )?{_PEOPLE}\b", re.IGNORECASE),
}
"""Numbers that must agree, by what they count."""
