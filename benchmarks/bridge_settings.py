"""Settings of the course site with learners whose progress the caller sets (``benchmarks.steered``)."""

from standalone.site_settings import *  # noqa: F403

KAPASITAS_LTI_HOST = "benchmarks.steered.SteeredHost"
