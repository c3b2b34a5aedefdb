"""The doorkeeper: what may be stored, and what may be said to whom."""
