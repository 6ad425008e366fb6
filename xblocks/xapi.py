"""Our tracking events as xAPI statements, for event-routing-backends; importing this registers them.

Verbs and activity types are ADL's, actor, context and course those of event-routing-backends' own
statements. The mapping is tabled in docs/reference/events.md.
"""

from typing import Any

from event_routing_backends.processors.xapi import constants
from event_routing_backends.processors.xapi.registry import XApiTransformersRegistry
from event_routing_backends.processors.xapi.transformer import XApiTransformer
from tincan import (
    Activity,
    ActivityDefinition,
    ActivityList,
    ContextActivities,
    Extensions,
    LanguageMap,
    Result,
    Verb,
)

from xblocks.events import AttemptStarted, AttemptSubmitted, ItemAnswered

__all__ = ["AttemptStartedTransformer", "AttemptSubmittedTransformer", "ItemAnsweredTransformer"]

# event-routing-backends has no constant for it.
ASSESSMENT = "http://adlnet.gov/expapi/activities/assessment"
EXTENSION = "https://kapasitas.org/xapi/extensions/"


def _named(iri: str, display: str) -> Verb:
    return Verb(id=iri, display=LanguageMap({constants.EN: display}))


class _AssessmentTransformer(XApiTransformer):
    """The assessment as the statement's object, the attempt's number in the context."""

    def get_object(self) -> Activity:
        """Return the assessment; a library's events do not tell its name."""
        name = self.get_data("context.module.display_name")
        return Activity(
            id=self.get_object_iri("xblock", self.get_data("data.usage_key", True)),
            definition=ActivityDefinition(
                type=ASSESSMENT, name=LanguageMap({constants.EN_US: name}) if name else None
            ),
        )

    def get_context_extensions(self) -> Extensions:
        """Return those of every statement, and the attempt's number."""
        extensions = super().get_context_extensions()
        extensions[constants.XAPI_ACTIVITY_ATTEMPT] = self.get_data("data.attempt", True)
        return extensions


@XApiTransformersRegistry.register(AttemptStarted.name)
class AttemptStartedTransformer(_AssessmentTransformer):
    """An attempt was begun: *initialized*."""

    _verb = _named(constants.XAPI_VERB_INITIALIZED, constants.INITIALIZED)


@XApiTransformersRegistry.register(ItemAnswered.name)
class ItemAnsweredTransformer(_AssessmentTransformer):
    """An answer was saved: *answered* where it is final, else *interacted*. The assessment is the parent."""

    @property
    def _verb(self) -> Verb:
        if self.get_data("data.final"):
            return _named(constants.XAPI_VERB_ANSWERED, constants.ANSWERED)
        return _named(constants.XAPI_VERB_INTERACTED, constants.INTERACTED)

    def get_object(self) -> Activity:
        """Return the item, which has an address below the assessment's."""
        return Activity(
            id=f"{super().get_object().id}/item/{self.get_data('data.item', True)}",
            definition=ActivityDefinition(type=constants.XAPI_ACTIVITY_QUESTION),
        )

    def get_context_activities(self) -> ContextActivities:
        """Return the assessment as the parent, the course around it."""
        course = super().get_context_activities()
        return ContextActivities(
            parent=ActivityList([super().get_object()]), grouping=course.parent if course else None
        )


@XApiTransformersRegistry.register(AttemptSubmitted.name)
class AttemptSubmittedTransformer(_AssessmentTransformer):
    """An attempt was handed in: *completed*, with the score, and the points by competency as an extension."""

    _verb = _named(constants.XAPI_VERB_COMPLETED, constants.COMPLETED)
    additional_fields = ("result",)

    def get_result(self) -> Result:
        """Return the attempt's score; ``scaled`` is the share of the points."""
        data: dict[str, Any] = self.get_data("data", True)
        earned, possible = data["earned"], data["possible"]
        return Result(
            completion=True,
            score={
                "raw": earned,
                "min": 0,
                "max": possible,
                "scaled": earned / possible if possible else 0,
            },
            extensions=Extensions(
                {
                    EXTENSION + "answered": data["answered"],
                    EXTENSION + "competencies": data["competencies"],
                    EXTENSION + "items": data["items"],
                }
            ),
        )
