"""Measured claims: one module per yardstick, one JSON object each with --json. Run by `make bench`."""
