"""The delivery engine, behind ``lti_bridge.sender``: claim, attempt, settle, and the loop over them."""
