"""How people set a tone for an incident, and the words each understood constraint forbids. Data: no logic, bounded repeats only."""

import re

from tocsin.guard.late import Late
from tocsin.guard.wording.lexicon.parts import any_of

_NOT = r"\b(?:no|not|never|without|avoid|nothing|don't|do not|keep out|leave out|stay away from|refrain from|omit|withhold|hold back|mustn't|must not)\b.{0,50}"
OF_THE_CAUSE = Late(
    rf"{_NOT}\b(?:root )?(?:causes?|reasons?|speculat\w{{1,6}}|guess\w{{0,4}}|why (?:it|this))|\b(?:cause|reason)s?\b.{{0,30}}\b(?:stays? (?:inside|internal|out)|internal only|not (?:yet|public|to be))",
    re.IGNORECASE,
)
OF_A_TIME = Late(
    rf"{_NOT}\b(?:etas?|estimates?|estimated|times? of recovery|recovery times?|timelines?|timeframes?|time ?frames?|deadlines?|when it will be (?:fixed|back))\b",
    re.IGNORECASE,
)
OF_FIGURES = Late(
    rf"{_NOT}\b(?:figures?|numbers?|percentages?|percents?|shares?|counts?|counting|how many|statistics|metrics|(?:number|amount) of)\b",
    re.IGNORECASE,
)
OF_LEGAL = Late(r"\b(?:legal|counsel|lawyers?|attorneys?|general counsel|data protection officer|dpo)\b", re.IGNORECASE)
DATA = Late(
    r"\b(?:customers?|users?|personal|account|patient|your|payment|card|members?|employees?)(?:'s?|s')?\b[^.\n]{0,40}\b(?:data|information|"
    r"records?|details|passwords?|addresses|credentials)\b|\bdata\b[^.\n]{0,40}\b(?:accessed|exposed|leaked|stolen|breach(?:ed)?|lost|disclosed|copied|affected|safe|secure)\b|\bbreach\b|"
    r"\b(?:gdpr|personally identifiable|privacy)\b",
    re.IGNORECASE,
)
"""Words on people's data."""
_PEOPLE = r"(?:customers?|users?|members?|clients?|visitors?|shoppers?|subscribers?|accounts?|patients?|players?|guests?|people|merchants?|requests?|orders?|payments?|transactions?|logins?|calls?|businesses|companies)"
FIGURES = any_of(
    r"\d{1,3}(?:[.,]\d{1,2})? ?(?:%(?=\W|$)|percent|per cent)(?! (?:off|discount))",
    rf"(?:\d{{1,3}}(?:[,.]\d{{3}}){{1,4}}|\d{{1,9}}|(?:\d{{1,3}}(?:\.\d)? )?(?:hundred|thousand|million)s?|dozens|hundreds|thousands|millions|a dozen|several (?:hundred|thousand))(?: of)?(?: our| the| affected)? {_PEOPLE}",
    rf"(?:one|two|three|four|five|six|seven|eight|nine|\d{{1,3}}) (?:in|out of|of) (?:every )?(?:two|three|four|five|six|seven|eight|nine|ten|twenty|fifty|a hundred|\d{{1,4}})(?: of our| of the| of)?(?: {_PEOPLE})?",
    rf"(?:half|a third|two thirds|a quarter|three quarters|a fifth|a tenth|the majority)(?: of)?(?: our| the| all)? {_PEOPLE}",
)
"""Shares and counts of customers and of what they do."""
