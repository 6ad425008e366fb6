"""Settings of the course site with learners whose progress the caller sets (``benchmarks.steered``)."""

from standalone.site_settings import *  # noqa: F403

# What is measured is the bridge, not the pace at which it spares a platform.
KAPASITAS_LTI_SENDS_PER_SECOND = 0
KAPASITAS_LTI_HOST = "benchmarks.steered.SteeredHost"
