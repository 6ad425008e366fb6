"""Template filter that says in the reader's language why something was not sent or read."""

from django import template

from lti_bridge.reasons import told

register = template.Library()
register.filter("told", told)
