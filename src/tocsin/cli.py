"""The verbs: what a person types. Each verb asks `app` for a room and prints what it says; it decides nothing itself."""


def main() -> None:
    """Entry point of the `tocsin` command."""
