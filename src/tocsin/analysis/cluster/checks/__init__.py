"""The checks: one module for each part of a cluster, one function for each relation between objects.

Each takes the whole `Cluster` and yields `Suspect`s. `table` lists them all; nothing here knows a service by name.
"""
