"""Made-up values for every test: how long it takes to make them up says nothing about what is tested."""

from hypothesis import HealthCheck, settings

settings.register_profile("kondate", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("kondate")
