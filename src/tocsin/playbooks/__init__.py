"""The plans: playbook and agent documents, ours and kubeswarm's, parsed to one graph and checked before anything uses them.

Called by `app` (to read folders), `response` (to choose a plan) and the CLI. Reads text; walks nothing and calls nobody.
"""
