"""What can be told of an SQL statement by reading it: its words, the functions it names, its bound values. Pure; asks no database.

Used by the executor `sql`. It only ever makes the executor more careful; what a statement may do is decided by the database.
"""

import re
from dataclasses import dataclass
from functools import cached_property

_TOKEN = re.compile(
    r"""(?P<comment>--[^\n]*|/\*.*?\*/)
      | (?P<text>[eE]'(?:[^'\\]|''|\\.)*'|'(?:[^']|'')*'|\$(?P<tag>[A-Za-z_]*)\$.*?\$(?P=tag)\$)
      | (?P<quoted>"(?:[^"]|"")*")
      | (?P<bind>(?<![:\w]):[a-z][a-z0-9_]*)
      | (?P<word>[^\W\d]\w*)
      | (?P<space>\s+)
      | (?P<sign>.)""",
    re.DOTALL | re.VERBOSE,
)
LOOKING = frozenset({"select", "with", "values", "table", "show", "explain"})
"""How a statement may begin that only looks."""
EXPLAINED = frozenset({"select", "with", "values", "table", "insert", "update", "delete", "merge"})
"""How a statement begins that PostgreSQL can EXPLAIN."""
HARMLESS = re.compile(
    r"(pg_is|pg_control|pg_current|pg_last|pg_get|pg_stat_get|pg_show|pg_column|pg_encoding)_\w+|pg_\w+_size|clock_timestamp"
    r"|timeofday|statement_timestamp|random|gen_random_uuid|txid_current_if_assigned|pg_(safe_snapshot_)?blocking_pids|pg_ls_\w+|pg_lock_status|pg_wal_lsn_diff"
)
"""Functions that PostgreSQL calls volatile because their answer changes, and not because they do something."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the statement: `kind` is a group of the pattern above."""

    kind: str
    text: str


@dataclass(frozen=True)
class Statement:
    """One statement, taken apart."""

    text: str

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """Every piece in order; joined they are the text."""
        return tuple(Token(found.lastgroup or "sign", found.group()) for found in _TOKEN.finditer(self.text))

    @cached_property
    def code(self) -> tuple[Token, ...]:
        """The pieces that mean something: no comments, no spaces."""
        return tuple(one for one in self.tokens if one.kind not in ("comment", "space"))

    @property
    def verb(self) -> str:
        """The first word, such as `select`; "" when there is none."""
        return next((one.text.lower() for one in self.code if one.kind == "word"), "")

    @property
    def only_looks(self) -> bool:
        """By its first word. Whether that is true is the database's business: it runs in a read-only transaction."""
        return self.verb in LOOKING

    @property
    def binds(self) -> tuple[str, ...]:
        """Names of bound values in order."""
        return tuple(dict.fromkeys(one.text[1:] for one in self.code if one.kind == "bind"))

    @property
    def called(self) -> tuple[str, ...]:
        """Every name that stands before a parenthesis, lower case: function calls, and some words that are none."""
        pairs = zip(self.code, self.code[1:], strict=False)
        return tuple(
            dict.fromkeys(
                name.text.strip('"').lower()
                for name, after in pairs
                if after.text == "(" and name.kind in ("word", "quoted")
            )
        )

    @property
    def has_source(self) -> bool:
        """True when it selects from something."""
        return self._top_level("from") is not None

    def rows_instead(self) -> str:
        """`SELECT f(x) FROM t WHERE ...` as `SELECT * FROM t WHERE ...`; "" when it is not of that form."""
        start = self._top_level("from")
        if self.verb != "select" or start is None:
            return ""
        return "SELECT * " + "".join(one.text for one in self.tokens[start:]).rstrip().rstrip(";")

    def for_driver(self) -> str:
        """With `%(name)s` where values are bound, as psycopg reads it; nothing else is changed."""
        return "".join(
            f"%({one.text[1:]})s" if one.kind == "bind" else one.text.replace("%", "%%") for one in self.tokens
        ).rstrip(" \n\t;")

    def _top_level(self, word: str) -> int | None:
        """Where that word stands outside all parentheses."""
        depth = 0
        for place, one in enumerate(self.tokens):
            depth += (one.text in "([") - (one.text in ")]") if one.kind == "sign" else 0
            if depth == 0 and one.kind == "word" and one.text.lower() == word:
                return place
        return None
