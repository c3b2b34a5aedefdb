"""The API's description as a page of our own: no script, nothing from elsewhere. Called by `face`."""

from html import escape
from typing import Any

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24; }
h2 { margin-top: 2rem; border-bottom: 1px solid #d0d7de; } code { background: #f3f5f7; padding: 0 .25rem; }
dt { margin-top: 1rem; font-weight: 600; } .verb { display: inline-block; min-width: 4rem; }
@media (prefers-color-scheme: dark) { body { background: #14181c; color: #e6e9ec; } code { background: #262c33; } }
"""


def page(spec: dict[str, Any]) -> str:
    """All operations, grouped by tag."""
    groups: dict[str, list[str]] = {}
    for path, verbs in spec["paths"].items():
        for verb, operation in verbs.items():
            groups.setdefault(operation.get("tags", ["service"])[0], []).append(_operation(verb, path, operation))
    body = "".join(f"<h2>{escape(tag)}</h2><dl>{''.join(items)}</dl>" for tag, items in groups.items())
    told = '<p>The machine-readable description is at <a href="/openapi.json">/openapi.json</a>.</p>'
    return _frame(f"<h1>{escape(spec['info']['title'])} API</h1>{told}{body}")


def locked() -> str:
    """The page for those who have not sent the token."""
    told = "This service asks for its API token: send it as <code>Authorization: Bearer TOKEN</code>."
    return _frame(f"<h1>tocsin</h1><p>{told}</p>")


def _operation(verb: str, path: str, operation: dict[str, Any]) -> str:
    told = escape(operation.get("description", ""))
    parameters = ", ".join(f"<code>{escape(one['name'])}</code>" for one in operation.get("parameters", ()))
    answers = ", ".join(sorted(operation.get("responses", {})))
    taken = f"<br>Parameters: {parameters}." if parameters else ""
    return (
        f'<dt><span class="verb">{escape(verb.upper())}</span> <code>{escape(path)}</code></dt>'
        f"<dd>{told}{taken}<br>Answers: {escape(answers)}.</dd>"
    )


def _frame(body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>tocsin API</title>'
        '<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/docs.css"></head>'
        f"<body>{body}</body></html>"
    )
