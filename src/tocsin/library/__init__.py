"""The memory: runbooks and the search over them."""
