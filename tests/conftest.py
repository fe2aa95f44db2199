"""What holds for every test."""

import gc

from hypothesis import HealthCheck, settings

# How long it takes to make values up says nothing about what is tested.
settings.register_profile("kondate", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("kondate")

# Hundreds of applications are made and thrown away: looking through all that stays costs a tenth of the run.
gc.freeze()
gc.set_threshold(50_000, 20, 50)
