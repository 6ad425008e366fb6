"""Which adapter tells a target of results."""

from datetime import timedelta

from lti_bridge.delivery.report import ResultsService
from lti_bridge.models import LtiVersion, ReportTarget

from .ags import AgsService
from .line_items import LOCK
from .outcomes import Lti11Service

__all__ = ["results_service"]


def results_service(target: ReportTarget, *, line_item_lock: timedelta = LOCK) -> ResultsService:
    """Return the service of the target's platform; its deployment and platform are loaded already."""
    if target.deployment.platform.lti_version == LtiVersion.V1_1:
        return Lti11Service(target)
    return AgsService(target, line_item_lock=line_item_lock)
