"""What crosses learners: officials, frameworks, banks, answers, evidence. Facts only, no reports."""

from .answers import Response
from .calibrations import Calibration, CutScore, ItemParameters, Presentation
from .content import Competency, Framework, ItemBank, Post
from .mastery import Evidence, MasteryOverride
from .people import Official
from .standards import (
    CalibrationFamily,
    CalibrationRequest,
    PartialFamily,
    StandardMethod,
    StandardSetting,
)

__all__ = [
    "Calibration",
    "CalibrationFamily",
    "CalibrationRequest",
    "Competency",
    "CutScore",
    "Evidence",
    "Framework",
    "ItemBank",
    "ItemParameters",
    "MasteryOverride",
    "Official",
    "PartialFamily",
    "Post",
    "Presentation",
    "Response",
    "StandardMethod",
    "StandardSetting",
]
