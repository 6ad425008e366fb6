"""How pages write numbers, and the place that their reader has in a course."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import template
from django.utils.formats import number_format

from standalone.courseware.models import Course
from standalone.courseware.people import is_enrolled, is_instructor

register = template.Library()


@register.filter
def percent(fraction: Decimal) -> str:
    """Write a fraction in 0..1 as whole per cents."""
    return f"{number_format(fraction * 100, 0)}%"


@register.filter
def points(value: Decimal) -> str:
    """Write points with at most two decimals and no idle zeros."""
    rounded = value.quantize(Decimal("0.01")).normalize()
    decimals = max(0, -int(rounded.as_tuple().exponent))
    return str(number_format(rounded, decimals))


@register.filter
def width_class(whole: int) -> str:
    """Return the style-sheet class for a bar of 0..100 per cent, in steps of five."""
    return f"w{whole // 5 * 5}"


@register.filter
def get(mapping: Mapping[str, Any], key: str) -> Any:
    """Look a key up; None without it."""
    return mapping.get(key)


@dataclass(frozen=True, slots=True)
class Place:
    """What the reader does in a course."""

    learns: bool
    teaches: bool


@register.simple_tag(takes_context=True)
def place_in(context: template.Context, course_key: str) -> Place:
    """Return what the reader, who is signed in, does in a course of the site."""
    user, course = context["request"].user, Course.objects.filter(course_key=course_key).first()
    if course is None:
        return Place(learns=False, teaches=False)
    return Place(is_enrolled(user, course), is_instructor(user, course))
