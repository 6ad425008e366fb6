"""What the demo SIMPEG holds, read in its own database.

``python -m benchmarks.simpeg_side people N|holdings``: a process of its own, as the two systems share
nothing but HTTP; it prints JSON.
"""

import json
import os
import sys
from typing import Any


def people(count: int) -> dict[str, Any]:
    """Assign learners to the demo's course until there are ``count``; return it and their subjects."""
    from django.contrib.auth.models import User

    from standalone.simpeg.models import Course, Enrolment, Office, Official
    from standalone.simpeg.registry import assign_all

    course = Course.objects.get()
    office = Office.objects.filter(kind=Office.Kind.KELURAHAN)[0]
    learners = Enrolment.objects.filter(course=course, role=Enrolment.Role.LEARNER, active=True)
    for number in range(count - learners.count()):
        user = User.objects.create(username=f"chaos{number}")
        Official.objects.create(
            user=user,
            nip=f"19900101201501{1000 + number:04d}",
            name=f"Contoh Pegawai Demo {number}",
            office=office,
            post="Staf",
        )
    assign_all(course)
    subjects = [str(one.official.subject) for one in learners.select_related("official").order_by("pk")]
    return {
        "context_id": str(course.context_id),
        "resource_link_id": str(course.resource_link_id),
        "subjects": subjects[:count],
    }


def holdings() -> dict[str, Any]:
    """Return every line item and result, and how many scores were posted."""
    from standalone.simpeg.models import LineItem, Result, ScorePost

    results = Result.objects.select_related("official", "line_item").order_by("pk")
    return {
        "line_items": [{"id": item.pk, "tag": item.tag} for item in LineItem.objects.order_by("pk")],
        "results": [
            {
                "line_item": result.line_item_id,
                "subject": str(result.official.subject),
                "score": str(result.score),
                "progress": result.activity_progress,
            }
            for result in results
        ],
        "posts": ScorePost.objects.count(),
    }


def main(task: str, *arguments: str) -> None:
    """Do the task and print what it found."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "standalone.simpeg_settings"
    django.setup()
    found = people(int(arguments[0])) if task == "people" else holdings()
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
