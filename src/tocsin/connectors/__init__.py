"""The windows: one module per system that evidence is read from. Each owns its configuration and its fake."""
