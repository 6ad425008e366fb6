"""A fake of the platform: the modules that ``lti_bridge.edxapp`` imports, with just the functions it calls.

They behave as the source of the Verawood line says, faults included; ``modules.SOURCES`` names the
file, the commit and the signature that each was read from. Where state matters it stands in real tables,
and completions are those of the real edx-completion.
"""
