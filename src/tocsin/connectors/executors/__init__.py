"""Executors: the hands. One module for each kind of step; `settings` opens them, `fakes` stand in for what they reach."""
