"""The corridor: one stage of the response each. None knows another, none knows the engine."""
