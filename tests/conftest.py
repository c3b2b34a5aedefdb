"""What holds for every test: a property test takes the time it needs, and tries fifty examples unless it says otherwise."""

from hypothesis import settings

settings.register_profile("house", deadline=None, max_examples=50)
settings.load_profile("house")
