"""The platform's LTI 1.1 side: its own signer and outcome service, with a grade book in memory."""

import json
import os
from types import SimpleNamespace

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.html import format_html, format_html_join
from django.views.decorators.csrf import csrf_exempt
from lti_consumer.lti_1p1.consumer import LtiConsumer1p1
from lti_consumer.outcomes import OutcomeService

KEY, SECRET = "peer-key", "a secret that the peer and the tool share"
SCORES: list[dict[str, object]] = []


def consumer(url: str) -> LtiConsumer1p1:
    return LtiConsumer1p1(url, KEY, SECRET)


def outcomes_url() -> str:
    return f"{os.environ['PEER_URL']}/outcomes"


def open_course(request: HttpRequest) -> HttpResponse:
    """Show the form that the platform signs for the person (?url=…&user=…&role=…&nip=…)."""
    said = request.GET.dict()
    found = consumer(said["url"])
    found.set_user_data(
        user_id=said["user"],
        roles=said.get("role", "Student,Learner"),
        result_sourcedid=f"course%3Adiklat:kursus:{said['user']}",
        person_name_full=said.get("name"),
    )
    found.set_context_data("course-v1:Peer+Diklat+1", "Diklat", "Diklat")
    found.set_outcome_service_url(outcomes_url())
    found.set_launch_presentation_locale("id")
    found.set_custom_parameters({f"custom_{name}": said[name] for name in ("nip", "post") if name in said})
    fields = found.generate_launch_request("localhost-kursus-1")
    inputs = format_html_join(
        "\n", '<input type="hidden" name="{}" value="{}"/>', ((name, value) for name, value in fields.items())
    )
    return HttpResponse(format_html('<form action="{}" method="POST">{}</form>', said["url"], inputs))


class Gradebook:
    """What the outcome service takes for its block."""

    accept_grades_past_due = True
    outcome_service_url = property(lambda self: outcomes_url())

    def is_past_due(self) -> bool:
        return False

    def get_lti_consumer(self) -> LtiConsumer1p1:
        return consumer("")

    def get_lti_1p1_user_from_user_id(self, user_id: str) -> SimpleNamespace | None:
        return None if user_id == "nobody" else SimpleNamespace(external_id=user_id)

    def max_score(self) -> int:
        return 100

    def set_user_module_score(self, user: SimpleNamespace, score: float, maximum: int) -> None:
        SCORES.append({"user": user.external_id, "score": score, "maximum": maximum})


@csrf_exempt
def outcomes(request: HttpRequest) -> HttpResponse:
    """Hand a request to the platform's own service, as its runtime would."""
    asked = SimpleNamespace(
        body=request.body,
        headers=request.headers,
        content_type=request.content_type,
        url=request.build_absolute_uri(),
        method=request.method,
    )
    return HttpResponse(OutcomeService(Gradebook()).handle_request(asked), content_type="application/xml")


def scores(_request: HttpRequest) -> HttpResponse:
    """Show what reached the grade book."""
    return JsonResponse(json.loads(json.dumps({"scores": SCORES})))
