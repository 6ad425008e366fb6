"""Stand-ins for the few functions that lti-consumer-xblock takes from Open edX."""

from dataclasses import dataclass, field
from types import SimpleNamespace

from django.apps import AppConfig


@dataclass
class Block:
    """The block that a launch belongs to, with the grade book it writes to."""

    location: object
    display_name: str = "Peer"
    weight: float = 100
    has_score: bool = True
    accept_grades_past_due: bool = True
    lti_1p3_passport_id: object = None
    context_id: str = "course-v1:Peer+Diklat+1"
    scope_ids: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(usage_id="peer", user_id=None))

    def is_past_due(self) -> bool:
        return False

    def max_score(self) -> float:
        return self.weight

    def set_user_module_score(
        self, user: SimpleNamespace, score: float, maximum: float, _comment: str
    ) -> None:
        GRADES.append({"user": user.external_id, "score": score, "maximum": maximum})


GRADES: list[dict[str, object]] = []
# Who belongs to the course, and as what (NRPS); by the id under which they are launched.
MEMBERS = {"orang-7": "student", "orang-8": "student", "guru-1": "staff"} | {
    f"peserta-{number}": "student" for number in range(1, 251)
}


class PeerConfig(AppConfig):
    name = "tests.peers.lti_consumer_platform"
    label = "peer"

    def ready(self) -> None:
        from lti_consumer.plugin import compat

        compat.load_enough_xblock = Block
        compat.load_block_as_user = Block
        compat.get_user_from_external_user_id = lambda found: SimpleNamespace(external_id=found)
        # Whoever sends the answer to a choice here may author; the answer itself is verified.
        compat.user_has_studio_write_access = lambda *_arguments: True
        compat.get_course_members = lambda _course: {
            number: {"id": number, "username": name, "roles": [role], "name": name}
            for number, (name, role) in enumerate(MEMBERS.items(), 1)
        }
        compat.merge_course_forum_roles = lambda _course, _members: None
        compat.batch_get_or_create_externalids = lambda _users: {
            number: SimpleNamespace(external_user_id=name) for number, name in enumerate(MEMBERS, 1)
        }
