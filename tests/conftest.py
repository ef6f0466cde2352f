"""What holds for every test."""

from hypothesis import settings

# No test depends on how fast a machine is.
settings.register_profile("penstock", deadline=None)
settings.load_profile("penstock")
