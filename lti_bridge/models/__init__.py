"""Tables of the bridge: who may launch, who was launched, what HR must come to know."""

from .launches import (
    DeepLinkRequest,
    Enrolment,
    LaunchTicket,
    LinkedAccount,
    LoginState,
    OneTimeNonce,
    ReportTarget,
)
from .notices import ProgressNotice
from .operations import OperatorAction, OperatorActionKind
from .outbox import Delivery, DeliveryAttempt, DeliveryState, LineItem, ReportKind
from .platforms import Deployment, LtiVersion, Platform, RegistrationInvitation, ToolKey
from .reconciling import Discrepancy, DiscrepancyKind, Reconciliation
from .records import CompletionRecord
from .roster import RosterMember, RosterReading

__all__ = [
    "CompletionRecord",
    "DeepLinkRequest",
    "Delivery",
    "DeliveryAttempt",
    "DeliveryState",
    "Deployment",
    "Discrepancy",
    "DiscrepancyKind",
    "Enrolment",
    "LaunchTicket",
    "LineItem",
    "LinkedAccount",
    "LoginState",
    "LtiVersion",
    "OneTimeNonce",
    "OperatorAction",
    "OperatorActionKind",
    "Platform",
    "ProgressNotice",
    "Reconciliation",
    "RegistrationInvitation",
    "ReportKind",
    "ReportTarget",
    "RosterMember",
    "RosterReading",
    "ToolKey",
]
