"""The LTI bridge: launches an official into a course and reports completion and grade to the HR system."""
