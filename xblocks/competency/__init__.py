"""The domain of competency assessment in plain Python: standard library only, no clock, no randomness."""
