"""Fake of the LMS's sessions: who changes the user unannounced loses the session.

Read from openedx/openedx-platform openedx/core/djangoapps/safe_sessions/middleware.py (e57a655),
openedx/core/djangoapps/user_authn/cookies.py (5af5f01), common/djangoapps/student/helpers.py (30ebde6).
"""

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from edx_django_utils.cache import RequestCache

NEW_USER_AUTH_BACKEND = "django.contrib.auth.backends.AllowAllUsersModelBackend"
LOGGED_IN_COOKIES = ("edx-jwt-cookie-header-payload", "edx-jwt-cookie-signature", "edxloggedin")
_CACHE = "safe-sessions"


def mark_user_change_as_expected(new_user_id):
    RequestCache(_CACHE).set("expected_user_change", new_user_id)


class FakeSafeSessionMiddleware:
    """Deletes the session cookie of a response whose user is not the request's."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        before = request.session.get(SESSION_KEY)
        response = self.get_response(request)
        after = request.session.get(SESSION_KEY)
        expected = RequestCache(_CACHE).get_cached_response("expected_user_change").is_found
        if before is not None and after is not None and before != after and not expected:
            request.session.flush()
            response.delete_cookie(settings.SESSION_COOKIE_NAME)
        return response


def set_logged_in_cookies(request, response, user):
    for name in LOGGED_IN_COOKIES:
        response.set_cookie(name, f"{name} of {user.pk}", max_age=request.session.get_expiry_age())
    return response
