"""Tables of the bridge: who may launch, who was launched, what HR must come to know."""

from .launches import Enrolment, LinkedAccount, LoginState, ReportTarget
from .outbox import Delivery, DeliveryAttempt, DeliveryState, LineItem, ReportKind
from .platforms import Deployment, Platform, ToolKey
from .records import CompletionRecord

__all__ = [
    "CompletionRecord",
    "Delivery",
    "DeliveryAttempt",
    "DeliveryState",
    "Deployment",
    "Enrolment",
    "LineItem",
    "LinkedAccount",
    "LoginState",
    "Platform",
    "ReportKind",
    "ReportTarget",
    "ToolKey",
]
