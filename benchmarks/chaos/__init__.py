"""Breaks the demo SIMPEG and the sender while results are being sent, and counts what arrived."""
