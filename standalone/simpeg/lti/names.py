"""The names that the specifications fix: claims, scopes, media types, vocabularies."""

__all__ = [
    "ACTIVITY_PROGRESS",
    "AGS_CLAIM",
    "AGS_SCOPES",
    "GRADING_PROGRESS",
    "ISSUABLE_SCOPES",
    "LINE_ITEM",
    "LINE_ITEM_CONTAINER",
    "LTI",
    "MEMBERSHIP_CONTAINER",
    "NRPS_CLAIM",
    "RESULT_CONTAINER",
    "ROLE_PREFIX",
    "SCOPE_LINE_ITEM",
    "SCOPE_LINE_ITEM_READ",
    "SCOPE_MEMBERSHIP",
    "SCOPE_RESULT",
    "SCOPE_SCORE",
    "SCORE",
]

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
AGS_CLAIM = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS_CLAIM = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
ROLE_PREFIX = "http://purl.imsglobal.org/vocab/lis/v2/membership#"

SCOPE_LINE_ITEM = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
SCOPE_LINE_ITEM_READ = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly"
SCOPE_RESULT = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
SCOPE_SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
SCOPE_MEMBERSHIP = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
AGS_SCOPES = (SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ, SCOPE_RESULT, SCOPE_SCORE)
ISSUABLE_SCOPES = (*AGS_SCOPES, SCOPE_MEMBERSHIP)

LINE_ITEM = "application/vnd.ims.lis.v2.lineitem+json"
LINE_ITEM_CONTAINER = "application/vnd.ims.lis.v2.lineitemcontainer+json"
RESULT_CONTAINER = "application/vnd.ims.lis.v2.resultcontainer+json"
SCORE = "application/vnd.ims.lis.v1.score+json"
MEMBERSHIP_CONTAINER = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"

# AGS 3.4.7 and 3.4.8
ACTIVITY_PROGRESS = ("Initialized", "Started", "InProgress", "Submitted", "Completed")
GRADING_PROGRESS = ("FullyGraded", "Pending", "PendingManual", "Failed", "NotReady")
