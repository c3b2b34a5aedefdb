"""Who is knocking: each sender proves itself on the raw body, before anything of it is parsed. Called by the hooks, through app."""
