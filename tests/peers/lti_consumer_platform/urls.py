"""The platform's own endpoints and two of ours: one that begins a launch, one that shows what arrived."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import include, path
from lti_consumer.api import get_lti_1p3_launch_start_url
from lti_consumer.data import Lti1p3LaunchData
from lti_consumer.models import LtiAgsScore, LtiConfiguration, LtiDlContentItem

from . import lti11
from .apps import GRADES


def open_course(request: HttpRequest) -> HttpResponse:
    """Begin a launch of the person named (?user=…&nip=…&name=…&role=student), or a choice (?choose=1)."""
    config = LtiConfiguration.objects.get()
    said = request.GET.dict()
    data = Lti1p3LaunchData(
        user_id=said["user"],
        external_user_id=said["user"],
        user_role=said.get("role", "student"),
        config_id=config.config_id,
        resource_link_id=str(config.location),
        message_type="LtiDeepLinkingRequest" if "choose" in said else "LtiResourceLinkRequest",
        launch_presentation_document_target="window",
        context_id="course-v1:Peer+Diklat+1",
        context_title="Diklat",
        custom_parameters={
            name: said[name] for name in ("nip", "name", "office_code", "office_name", "post") if name in said
        },
    )
    return HttpResponseRedirect(get_lti_1p3_launch_start_url(data))


def received(_request: HttpRequest) -> HttpResponse:
    """Show every score that is kept, and every one that reached the grade book."""
    scores = [
        {
            "user": score.user_id,
            "tag": score.line_item.tag,
            "given": score.score_given,
            "maximum": score.score_maximum,
            "activity": score.activity_progress,
            "grading": score.grading_progress,
            "timestamp": score.timestamp.isoformat(),
        }
        for score in LtiAgsScore.objects.select_related("line_item").order_by("pk")
    ]
    links = list(LtiDlContentItem.objects.order_by("pk").values_list("attributes", flat=True))
    return JsonResponse({"scores": scores, "grades": GRADES, "links": links})


urlpatterns = [
    path("open", open_course),
    path("received", received),
    path("open11", lti11.open_course),
    path("outcomes", lti11.outcomes),
    path("scores", lti11.scores),
    path("api/", include(("lti_consumer.plugin.urls", "lti_consumer"), namespace="lti_consumer")),
]
