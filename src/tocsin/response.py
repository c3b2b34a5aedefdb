"""The story: one incident walked down the corridor, stage by stage. Called by `app`, the hooks and the CLI."""
