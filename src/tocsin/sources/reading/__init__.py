"""How any payload is read without harm: decode, reach, clean, date, grade. Every vendor's module stands on these. Pure."""
