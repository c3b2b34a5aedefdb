"""The ground: the nouns of an incident as typed, frozen values. Everyone may import it; it imports nobody but errors."""
