"""What secrets look like: one table of formats, each with the literal that gives it away. Read by `redact`; holds no logic.

A literal is searched first because finding a fixed string is many times faster than running an expression. The expression
is then matched exactly where the literal stands, so no text can make it wander: every quantifier has an upper bound.
"""

import re
from typing import NamedTuple

_EDGE = r"(?<![A-Za-z0-9])"  # not in the middle of a word


class Format(NamedTuple):
    """One secret format: `anchors` are its literals (lower case), `at` is matched at the anchor; group 1 is the secret."""

    name: str
    anchors: tuple[bytes, ...]
    at: re.Pattern[str]


def _token(name: str, prefixes: str, rest: str, flags: re.RegexFlag = re.NOFLAG) -> Format:
    """A vendor token that starts with one of the `prefixes` (separated by spaces) and goes on with `rest`."""
    literals = prefixes.split()
    starts = "|".join(re.escape(literal) for literal in literals)
    anchors = tuple(literal.lower().encode() for literal in literals)
    return Format(name, anchors, re.compile(f"{_EDGE}((?:{starts}){rest})", flags))


_WORDY = r"[A-Za-z0-9_-]"

FORMATS = (
    _token("aws access key", "AKIA ASIA ABIA ACCA", r"[A-Z0-9]{16}(?![A-Za-z0-9])"),
    _token("github token", "ghp_ gho_ ghu_ ghs_ ghr_", r"[A-Za-z0-9]{20,255}"),
    _token("github fine-grained token", "github_pat_", r"[A-Za-z0-9_]{20,255}"),
    _token("gitlab token", "glpat- gldt- glrt- glcbt- glptt- glft- glsoat-", r"[A-Za-z0-9_.-]{16,300}"),
    _token("slack token", "xoxa- xoxb- xoxe- xoxo- xoxp- xoxr- xoxs- xapp- xoxe.", r"[A-Za-z0-9.-]{10,300}"),
    _token("stripe key", "sk_live_ sk_test_ rk_live_ rk_test_ whsec_", r"[A-Za-z0-9+/=]{16,255}"),
    _token("google api key", "AIza", rf"{_WORDY}{{35}}"),
    _token("google oauth", "ya29. GOCSPX-", r"[A-Za-z0-9_.-]{20,2048}"),
    _token("twilio key", "SK", r"[0-9a-f]{32}(?![A-Za-z0-9])"),
    _token("sendgrid key", "SG.", rf"{_WORDY}{{16,64}}\.{_WORDY}{{16,96}}"),
    _token("mailgun key", "key-", r"[0-9a-f]{32}(?![A-Za-z0-9])"),
    _token("mailchimp or brevo key", "xkeysib-", r"[A-Za-z0-9-]{40,120}"),
    _token("npm token", "npm_", r"[A-Za-z0-9]{30,100}"),
    _token("package index token", "pypi-AgE rubygems_ oy2", rf"{_WORDY}{{36,1000}}"),
    _token("container registry token", "dckr_pat_ dckr_oat_", rf"{_WORDY}{{20,100}}"),
    _token("databricks token", "dapi", r"[0-9a-f]{32}(?:-\d)?(?![A-Za-z0-9])"),
    _token("digitalocean token", "dop_v1_ doo_v1_ dor_v1_", r"[0-9a-f]{64}"),
    _token("vault token", "hvs. hvb. hvr.", rf"{_WORDY}{{20,300}}"),
    _token("heroku key", "HRKU-", rf"{_WORDY}{{30,100}}"),
    _token("model vendor key", "sk- gsk_ xai- hf_", rf"{_WORDY}{{20,250}}"),
    _token("shop key", "shpat_ shpca_ shppa_ shpss_ sq0atp- sq0csp- EAAAE", rf"{_WORDY}{{20,100}}"),
    _token("tocsin token", "tcs_", r"[0-9a-f]{64}"),
    _token("grafana token", "glsa_ glc_", r"[A-Za-z0-9_+/=-]{20,400}"),
    _token("new relic key", "NRAK- NRJS- NRII- NRIQ-", r"[A-Za-z0-9-]{16,64}"),
    _token("sentry token", "sntrys_ sntryu_", r"[A-Za-z0-9_+/=-]{32,500}"),
    _token("work tracker token", "lin_api_ ntn_ figd_ PMAK- ATATT3 ATCTT3 dp.pt. dp.st.", r"[A-Za-z0-9_=.-]{20,300}"),
    _token("database vendor token", "pscale_tkn_ pscale_pw_ sbp_ napi_ AVNS_", rf"{_WORDY}{{16,100}}"),
    _token("cloud vendor token", "LTAI t1.9eu AQVN fo1_ tfp_ dnkey-", r"[A-Za-z0-9_.=-]{16,250}"),
    _token("build service token", "CCIPAT_ CCIPRJ_", rf"{_WORDY}{{20,100}}"),
    _token("airtable token", "pat", r"[A-Za-z0-9]{14}\.[0-9a-f]{64}"),
    _token("age key", "AGE-SECRET-KEY-1", r"[A-Z0-9]{58}"),
    _token("password hash", "$1$ $5$ $6$ $y$ $2a$ $2b$ $2y$", r"[A-Za-z0-9./$=+_-]{20,200}"),
    _token("argon2 hash", "$argon2", r"[a-z]{1,2}\$v=\d{1,3}\$m=\d{1,9},t=\d{1,4},p=\d{1,4}\$[A-Za-z0-9+/$]{20,200}"),
    _token("json web token", "eyJ", rf"{_WORDY}{{10,8000}}\.{_WORDY}{{2,8000}}(?:\.{_WORDY}{{0,8000}}){{0,3}}"),
    Format("telegram bot token", (b":aa",), re.compile(rf"(?<=\d{{8}}):(AA{_WORDY}{{30,40}})")),
    Format("entra client secret", (b"8q~",), re.compile(r"(?<=[\w~.-]{3})(8Q~[A-Za-z0-9_~.-]{31,34})")),
    Format(
        "slack webhook",
        (b"hooks.slack.com/",),
        re.compile(r"hooks\.slack\.com/(?:services|workflows)/([\w/-]{20,120})"),
    ),
    Format("discord webhook", (b"/api/webhooks/",), re.compile(rf"/api/webhooks/\d{{8,20}}/({_WORDY}{{20,100}})")),
    Format("teams webhook", (b"webhook.office.com/",), re.compile(r"webhook\.office\.com/webhookb2/([\w@/-]{30,300})")),
    Format(
        "signed link",
        (b"sig=", b"x-amz-signature=", b"x-goog-signature="),
        re.compile(rf"{_EDGE}(?:sig|x-amz-signature|x-goog-signature)=([A-Za-z0-9%+/=_-]{{20,600}})", re.IGNORECASE),
    ),
    Format("password in a link", (b"://",), re.compile(r"://[^\s/:@\"'<>,\\]{0,128}:([^\s/@\"'<>,\\]{1,256})@")),
    Format(
        "token as a link's user",
        (b"://",),
        re.compile(r"://(?=[^@]{0,128}\d[^@]{0,64}\d)([A-Za-z0-9_-]{20,128}(?::x-oauth-basic)?)@"),
    ),
    Format(
        "bearer",
        (b"bearer",),
        re.compile(rf"{_EDGE}bearer(?:\s|%20|\+){{1,4}}[\"']?([A-Za-z0-9._~+/=-]{{12,8000}})", re.IGNORECASE),
    ),
    Format(
        "authorization",
        (b"authorization", b"x-auth"),
        re.compile(
            r"(?:authorization|x-auth[a-z-]{0,16})\\?[\"']?[ \t]{0,4}[:=][ \t]{0,4}\\?[\"']?"
            r"(?:(?:bearer|basic|digest|token|negotiate|geniekey|apikey|splunk|ssws|bot|key)[ \t]{1,4})?"
            r"([^\s\"'\\,<>]{6,8000})",
            re.IGNORECASE,
        ),
    ),
    Format(
        "key scheme",
        (b"geniekey ", b"token token="),
        re.compile(r"(?:geniekey |token token=)\\?[\"']?([A-Za-z0-9-]{12,100})", re.IGNORECASE),
    ),
    Format(
        "signature of a request",
        (b"signature=",),
        re.compile(rf"{_EDGE}signature=\\?[\"']?([A-Za-z0-9%+/=]{{20,600}})", re.IGNORECASE),
    ),
    Format(
        "cookie",
        (b"cookie:", b'cookie"', b"cookie'", b'cookie\\"'),
        re.compile(
            r"cookie\\?[\"']?[ \t]{0,4}:[ \t]{0,4}\\?[\"']?([^\s=;\"']{1,128}=[^\"'\r\n,\\]{4,8000})", re.IGNORECASE
        ),
    ),
    Format(
        "command line password",
        (b"--pass", b"--token", b"--secret", b"--api-key"),
        re.compile(
            r"--(?:pass(?:word|wd|phrase)?|token|secret|api-key)[ \t]{1,4}[\"']?([^\s\"',;<>-][^\s\"',;<>]{2,256})",
            re.IGNORECASE,
        ),
    ),
    Format(
        "command line user",
        (b" -u ", b" --user "),
        re.compile(r" (?:-u|--user) [\"']?[^\s:\"'<>]{1,128}:([^\s\"',<>]{3,256})"),
    ),
    Format(
        "password of a client program",
        (b"sshpass", b"mysql", b"mariadb", b"redis-cli"),
        re.compile(
            r"(?:sshpass[ \t]{1,4}-p[ \t]{0,4}|(?:mysql|mariadb)[a-z-]{0,10}[ \t][^\n|;]{0,200}?-p"
            r"|redis-cli[ \t][^\n|;]{0,200}?-a[ \t]{1,4})"
            r"[\"']?([^\s\"',;<>()`-][^\s\"',;<>()`]{2,256})",
            re.IGNORECASE,
        ),
    ),
    Format(
        "netrc",
        (b"login ",),
        re.compile(
            r"login[ \t]{1,4}[^\s<>]{1,128}[ \t]{1,4}password[ \t]{1,4}([^\s\"',;<>()`\]]{3,256})", re.IGNORECASE
        ),
    ),
    Format(
        "password in SQL",
        (b"identified by", b"password '"),
        re.compile(r"(?:identified by|password)[ \t]{1,4}'([^'\n<>]{3,256})'", re.IGNORECASE),
    ),
)

KEY_ANCHORS = (
    b"passw",
    b"passphrase",
    b"pwd",
    b"secret",
    b"token",
    b"key",
    b"credential",
    b"session",
    b"sid",
    b"webhook",
    b"_pass",
    b"-pass",
    b".pass",
)
"""A line without any of these cannot name a secret; looked for before the expression below."""

KEY = re.compile(
    r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[-_. ]?key|app(?:lication)?[-_.]?key|access[-_.]?key|account[-_.]?key"
    r"|private[-_.]?key|secret[-_.]?key|shared[-_.]?(?:access[-_.]?)?key|signing[-_.]?key|encryption[-_.]?key|master[-_.]?key"
    r"|license[-_.]?key|auth[-_.]?key|integration[-_.]?key|routing[-_.]?key|credentials?|session[-_.]?id|sessionid|jsessionid"
    r"|phpsessid|connect\.sid|webhook[-_.]?url)"
    r"(?:[-_.]?(?:prod|production|staging|dev|test|old|new|primary|secondary|base64|b64|\d{1,3}))?$",
    re.IGNORECASE,
)
"""The end of a name that holds a secret: `DB_PASSWORD`, `clientSecret`, `x-api-key`."""

_VALUE = (
    r"""(?:\\"(?P<escaped>[^"\\\r\n]{1,4096})"""
    r"""|"(?P<double>(?:[^"\\\r\n]|\\[^\r\n]){1,4096})"""
    r"""|'(?P<single>(?:[^'\\\r\n]|\\[^\r\n]){1,4096})"""
    r"""|`(?P<tick>[^`\r\n]{1,4096})"""
    r"""|(?P<bare>(?:[^\s,;&"'`<>(){}\[\]\\|]|&(?![\w.%-]{1,40}=)){3,4096}))"""
)
VALUE = re.compile(r"""(?P<close>\\?["'`]|\]|\\?["']\])?[ \t]{0,8}(?::=|=>|[:=])[ \t]{0,8}""" + _VALUE)
"""What follows such a name: a separator and a value, quoted or bare. A bare value ends where a CSV cell or a query item ends."""

APART = re.compile(
    r"""(?P<close>\\?["']|)(?:\\n|[\s,]){0,40}(?:\\?["']|)value(?:\\?["']|)[ \t]{0,4}[:=][ \t]{0,4}""" + _VALUE,
    re.IGNORECASE,
)
"""The same where name and value are kept apart: `name: DB_PASSWORD, value: ...`, in JSON, YAML and attributes of XML."""

ELEMENT = re.compile(r">([^<>\r\n]{1,4096})</")
"""The same as an element of XML."""

HARMLESS = re.compile(
    r"(?:true|false|yes|no|on|off|null|none|nil|undefined|unset|empty|missing|invalid|incorrect|expired|required|changed|denied"
    r"|failed|rejected|unknown|wrong|redacted|hidden|masked|optional|default|[*x.#•]+|\[?(?:filtered|redacted)\]?"
    r"|\$\{[A-Za-z_][\w.:-]*\}|(?-i:\$[A-Z_][A-Z0-9_]*)|\{\{.{0,200}\}\}|%[sdv]|<[^>]{0,200}>|/[\w./-]*|\w{1,2})$",
    re.IGNORECASE,
)
"""Values that are no secret: words of prose, placeholders, paths, and what was redacted before."""
