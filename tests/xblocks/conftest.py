"""Hypothesis on machines that do other work too: no deadlines, examples enough for rules this size."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "shared", deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("shared")
