"""The minds: the contract of each role, and the built-in analysts that play them when no model does."""
