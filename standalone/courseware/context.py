"""What every page of the site shows around its content."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language

from .people import AUTHOR, RECORDS, sees_records_only

RETURN_URL = "lti_return_url"  # set in the session by the bridge, which has validated it


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the navigation that the user's roles allow, their name, and the way back to the HR system."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"site_language": get_language()}
    return {
        "site_language": get_language(),
        "site_user_name": user.get_full_name() or user.get_username(),
        "site_return_url": request.session.get(RETURN_URL, ""),
        "site_may_administer": user.is_staff,
        "site_may_author": user.has_perm(AUTHOR),
        "site_may_see_records": user.has_perm(RECORDS),
        "site_has_courses": not sees_records_only(user),
    }
