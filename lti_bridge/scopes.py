"""The OAuth scopes of the services that a launch can grant (LTI AGS 2.0, section 3; NRPS 2.0, section 2)."""

__all__ = [
    "AGS_SCOPES",
    "SCOPE_LINE_ITEM",
    "SCOPE_LINE_ITEM_READ",
    "SCOPE_MEMBERSHIP",
    "SCOPE_RESULT",
    "SCOPE_SCORE",
]

SCOPE_LINE_ITEM = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
SCOPE_LINE_ITEM_READ = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly"
SCOPE_RESULT = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
SCOPE_SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
SCOPE_MEMBERSHIP = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
AGS_SCOPES = frozenset({SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ, SCOPE_RESULT, SCOPE_SCORE})
