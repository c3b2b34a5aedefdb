"""Root cause: one ranking of services from metrics, logs, traces, the call graph and changes, whatever of these is there."""
