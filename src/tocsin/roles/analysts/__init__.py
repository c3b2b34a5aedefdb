"""Built-in analysts: they play every role when no model does, and answer when one fails."""
