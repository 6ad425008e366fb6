"""Fakes of the platform's runtimes. Each behaves as the source that its docstring names, faults included.

``docs/reference/platform-contracts.md`` lists what was read at which commit, and what is left out.
"""
