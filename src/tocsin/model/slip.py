"""What is wrong with words or values that somebody gave, in plain words. Pure; asked wherever such a slip is told to a person."""

from collections.abc import Mapping
from typing import Any


def slip(mistake: Mapping[str, Any]) -> str:
    """One mistake as pydantic lists it (`type`, `msg`, `ctx`), without its place: `must have at least 3 characters`."""
    bounds = mistake.get("ctx") or {}
    match mistake["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return "is not known here"
        case "string_too_short" if bounds.get("min_length") == 1:
            return "must not be empty"
        case "string_too_short":
            return f"must have at least {bounds.get('min_length')} characters"
        case "string_too_long":
            return f"must have at most {bounds.get('max_length')} characters"
        case "json_invalid":
            return "is no JSON"
    said = str(mistake["msg"]).removeprefix("Value error, ")
    return said.replace("Input should be", "must be", 1).replace("Input should", "must", 1)
