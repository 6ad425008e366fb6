"""Measurement that runs in a task or a command, never in a web worker; no block imports it. Needs numpy."""
