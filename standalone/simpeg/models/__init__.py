"""Tables of the demo SIMPEG."""

from .lti import (
    AccessToken,
    AssertionId,
    Course,
    Enrolment,
    Fault,
    LineItem,
    LoginHint,
    PlatformKey,
    Result,
    ScorePost,
    Tool,
)
from .people import Office, Official
from .records import ImportBatch, ServiceRecord

__all__ = [
    "AccessToken",
    "AssertionId",
    "Course",
    "Enrolment",
    "Fault",
    "ImportBatch",
    "LineItem",
    "LoginHint",
    "Office",
    "Official",
    "PlatformKey",
    "Result",
    "ScorePost",
    "ServiceRecord",
    "Tool",
]
