"""Template filter that prints a NIP."""

from django import template

from lti_bridge.launch.nip import grouped

register = template.Library()
register.filter("nip", grouped)
