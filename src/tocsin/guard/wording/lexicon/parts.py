"""Parts that the patterns of this lexicon are built from: a word, an alternative of phrases, words for trouble and for people. Data: no logic, and every repeat has an upper bound."""

import re

from tocsin.guard.late import Late

WORD = r"[\w'%-]{1,30}"
"""One word."""


def any_of(*alternatives: str, flags: re.RegexFlag = re.IGNORECASE) -> Late:
    """One pattern for phrases that stand by themselves."""
    return Late(r"(?<![\w-])(?:" + "|".join(alternatives) + r")(?![\w-])", flags)


def words(most: int) -> str:
    """Up to so many words, each with the space after it."""
    return rf"(?:{WORD} ){{0,{most}}}?"


IMPACT_NOUN = (
    r"(?:customers?|users?|clients?|visitors?|merchants?|subscribers?|people|you|members?|shoppers?|patients?|players?|developers?|guests?|"
    r"callers?|viewers?|readers?|students?|drivers?|riders?|passengers?|teams?|accounts?|listeners?|fans?|families|sellers?|buyers?|some of you|"
    r"businesses|patrons|citizens|residents|employees|partners|travell?ers|hosts|owners|everyone|everybody|anyone|folks)"
)
"""Whom an incident touches."""
TROUBLE = r"(?:issues?|incidents?|problems?|outages?|disruptions?|situation|degradations?|interruptions?|events?|difficult(?:y|ies))"
"""Words for the incident itself: they name no cause."""
CHANGE = (
    r"(?:deploy(?:ment|s|ments)?|releases?|changes?|updates?|upgrades?|migrations?|rollouts?|maintenance|patch(?:es)?|"
    r"config(?:uration)?s?|misconfigurations?|settings?|certificates?|bugs?|defects?|faults?|regressions?|attacks?|ddos|spikes?|surges?|storage|network|databases?|servers?|provider|supplier|"
    r"overload|traffic|load|demand|failures?|hardware|disks?|power|cables?|memory leaks?|quer(?:y|ies)|scripts?|jobs?|"
    r"software|versions?|code|dns(?: records?)?|records?|firewalls?|batch(?:es)?|imports?|exports?|licen[cs]es?|cach(?:e|es|ing))"
)
"""Words for what a cause is usually made of."""
EFFECT = (
    r"(?:led to|leads to|leading to|caused|causes|(?:is|are|was|were) causing|triggered|triggers|resulted in|brought down|took down|"
    r"broke|overloaded|exhausted|saturated|knocked out|(?:is|are|was|were) (?:to blame|behind|responsible|the (?:cause|reason|culprit)))"
)
