"""The face: hooks, JSON API, server-sent events, health. Called by `app`; decides nothing a stage should."""
