"""The tool's LTI endpoints. Thin: a request's parts go to ``launch``, its errors become a page."""

from .choosing import choose, deep_link
from .launching import continue_launch, launch, login
from .registering import register
from .resources import jwks, resource

__all__ = ["choose", "continue_launch", "deep_link", "jwks", "launch", "login", "register", "resource"]
