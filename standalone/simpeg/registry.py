"""Registering tools and courses, and assigning officials to courses."""

from .lti.names import ISSUABLE_SCOPES
from .models import Course, Enrolment, Official, Tool

__all__ = ["assign_all", "register_course", "register_tool"]


def register_tool(
    *, client_id: str, deployment_id: str, name: str, login_url: str, launch_urls: list[str], keyset_url: str
) -> Tool:
    """Add a tool or renew what is known of it; forgets its cached keys. Grants every scope."""
    tool, _ = Tool.objects.update_or_create(
        client_id=client_id,
        defaults={
            "deployment_id": deployment_id,
            "name": name,
            "login_url": login_url,
            "redirect_uris": "\n".join(launch_urls),
            "keyset_url": keyset_url,
            "granted_scopes": "\n".join(ISSUABLE_SCOPES),
            "keyset": None,
            "keyset_fetched_at": None,
        },
    )
    return tool


def register_course(*, tool: Tool, title: str, target_link_uri: str) -> Course:
    """Add a course or set its title, and assign every official to it."""
    course, _ = Course.objects.update_or_create(
        tool=tool, target_link_uri=target_link_uri, defaults={"title": title}
    )
    assign_all(course)
    return course


def assign_all(course: Course) -> None:
    """Assign every official who is not yet assigned; withdrawn assignments stay withdrawn."""
    missing = Official.objects.exclude(enrolments__course=course)
    Enrolment.objects.bulk_create(
        Enrolment(
            course=course,
            official=official,
            role=Enrolment.Role.INSTRUCTOR if official.teaches else Enrolment.Role.LEARNER,
        )
        for official in missing
    )
