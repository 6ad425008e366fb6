"""lti-consumer-xblock as an LTI 1.3 platform of its own, without Open edX.

It is somebody else's implementation: what passes between it and the bridge proves that the bridge
speaks LTI, and not only our dialect of it. ``runner.running`` starts it in a process of its own;
the fixture ``lti_consumer_platform`` (tests/peers/conftest.py) wraps that.
"""
