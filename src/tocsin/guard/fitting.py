"""Does a value fit a JSON Schema that strangers wrote? Asked of tool calls and of answers of models, agents and steps. Pure.

Nothing is fetched: a schema that refers to an address elsewhere fits nothing, and so does one that is no schema.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jsonschema import SchemaError, ValidationError, validators
from jsonschema.exceptions import best_match
from jsonschema.protocols import Validator
from referencing import Registry
from referencing.exceptions import Unresolvable

_KNOWN = 512
"""Schemas kept ready; the same few are asked at every call."""


def misfit(value: Any, schema: Mapping[str, Any]) -> str:  # noqa: ANN401 - JSON
    """Why the value does not fit, in words; "" when it does."""
    try:
        first = best_match(_validator(json.dumps(schema, sort_keys=True)).iter_errors(value))
    except SchemaError as wrong:
        return f"its schema is none: {wrong.message}"
    except (Unresolvable, RecursionError, TypeError, ValueError) as wrong:
        return f"its schema cannot be followed: {wrong}"
    return first.message if isinstance(first, ValidationError) else ""


@lru_cache(_KNOWN)
def _validator(schema_text: str) -> Validator:
    schema = json.loads(schema_text)
    kind = validators.validator_for(schema, default=validators.Draft202012Validator)
    kind.check_schema(schema)
    made: Validator = kind(schema, registry=Registry())
    return made
