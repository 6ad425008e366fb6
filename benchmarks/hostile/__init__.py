"""An LTI platform that remembers every score it processed, and misbehaves by seed or by script.

Assignment and Grade Services 2.0 over real HTTP: token, line items, scores, results. The tests run it in
a thread, the chaos run as a process that is killed; what it holds is in an SQLite file of its own, so
that it outlives the process.
"""
