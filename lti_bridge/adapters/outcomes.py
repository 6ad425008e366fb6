"""Basic Outcomes of LTI 1.1: replace, read and delete the one result that a launch named.

The platform has one column for a link: the grade goes there, and completion cannot be told.
"""

import secrets
from decimal import Decimal

from oauthlib.oauth1 import Client

from lti_bridge.delivery.errors import AmbiguousError, BlockedError, RejectedError, TransientError
from lti_bridge.delivery.report import Reading, Report, Result
from lti_bridge.errands import at_desk
from lti_bridge.models import Enrolment, ReportKind, ReportTarget
from lti_bridge.models.digests import digest
from lti_bridge.secrets_at_rest import UnreadableSecretError, shared_secret

from .exchange import refusal, sent
from .pox import BadReplyError, Reply, fraction_text, read_reply, request_body

__all__ = ["Lti11Service"]

MEDIA = "application/xml"
# Codes of OMS 1.0 and of Learning Information Services that say what the failure is about.
BUSY = frozenset({"targetisbusy", "serverbusy", "server_busy", "linkfailure"})
UNAUTHORISED = frozenset({"unauthorizedrequest", "unauthorisedrequest", "unauthorized", "forbidden"})


class Lti11Service:
    """One target's results at its platform (implements ``delivery.report.ResultsService``)."""

    def __init__(self, target: ReportTarget) -> None:
        self._target = target
        self._platform = target.deployment.platform

    def send(self, report: Report) -> None:
        """Replace the person's result; idempotent by nature. Raises DeliveryError."""
        if report.kind != ReportKind.GRADE:
            raise RejectedError("LTI 1.1 has no column for this kind of report")
        reply = self._ask("replaceResult", report, fraction_text(report.value, report.maximum))
        if reply.code != "success":
            raise _refused(reply)

    def read(self, report: Report) -> Reading:
        """Return the person's present result, a fraction of 1. Raises DeliveryError.

        Some platforms know replaceResult only, and call everything else a failure rather than
        unsupported: both leave us as wise as before.
        """
        if report.kind != ReportKind.GRADE:
            return Reading(is_readable=False)
        reply = self._ask("readResult", report)
        if reply.code != "success":
            return Reading(is_readable=False)
        if reply.score is None:
            return Reading()
        return Reading(result=Result(score=reply.score, maximum=Decimal(1)))

    def delete(self, report: Report) -> None:
        """Take the person's result away; one that is not there is no error. Raises DeliveryError."""
        reply = self._ask("deleteResult", report)
        if reply.code != "success":
            raise _refused(reply)

    def _ask(self, operation: str, report: Report, score: str = "") -> Reply:
        url = self._target.outcome_url
        if not url:
            raise BlockedError("the launch grants no outcome service")
        body = request_body(
            operation,
            message_id=secrets.token_hex(16),
            sourcedid=self._sourcedid(report.recipient),
            score=score,
        )
        is_read = operation == "readResult"
        headers = {**self._signed(url, body), "Accept": f"{MEDIA}, text/xml;q=0.9, */*;q=0.5"}
        reply = sent("POST", url, headers, body.encode())
        if reply.status in (401, 403):
            raise BlockedError("the platform does not accept our signature", http_status=reply.status)
        if reply.status != 200:
            raise refusal(reply, operation, is_read=is_read)
        try:
            return read_reply(reply.body)
        except BadReplyError as error:
            kind = TransientError if is_read else AmbiguousError
            message = f"the outcome service's reply cannot be used: {error}"
            raise kind(message, http_status=reply.status) from error

    def _sourcedid(self, recipient: str) -> str:
        rows = Enrolment.objects.filter(
            target_id=self._target.pk, account__sub_digest=digest(recipient)
        ).exclude(result_sourcedid="")
        sourcedid = at_desk(lambda: rows.values_list("result_sourcedid", flat=True).first())
        if not sourcedid:
            raise RejectedError("the launch named no result of this person (lis_result_sourcedid)")
        return sourcedid

    def _signed(self, url: str, body: str) -> dict[str, str]:
        """Return the headers; oauthlib adds the hash of a body that is no form (OAuth Request Body Hash)."""
        if not self._platform.encrypted_secret:
            raise BlockedError("no secret is shared with the platform")
        try:
            client = Client(self._platform.client_id, client_secret=shared_secret(self._platform))
        except UnreadableSecretError as error:
            raise BlockedError("the secret shared with the platform cannot be read") from error
        _url, headers, _body = client.sign(url, "POST", body, {"Content-Type": MEDIA})
        return {str(name): str(value) for name, value in headers.items()}


def _refused(reply: Reply) -> TransientError | AmbiguousError | BlockedError | RejectedError:
    """Return the error that a codeMajor other than success stands for; HTTP said 200 with it."""
    said = " ".join(part for part in (reply.code, reply.severity, reply.minor) if part)
    message = f"the platform says: {said}"
    if reply.code == "processing":
        # It was taken and may come to stand there; the reading before the next try will tell.
        return AmbiguousError(message, http_status=200)
    if reply.code == "unsupported" or reply.minor in UNAUTHORISED:
        return BlockedError(message, http_status=200)
    if reply.minor in BUSY:
        return TransientError(message, http_status=200)
    return RejectedError(message, http_status=200)
