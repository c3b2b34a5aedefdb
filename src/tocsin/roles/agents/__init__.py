"""Minds that are not built in: models and remote agents, and the tools in their hands. Called through `roles.contract` only.

An agent returns data, never commands; what it may touch is decided by guard, at every call.
"""
