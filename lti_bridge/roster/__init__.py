"""Rosters: who belongs to a course at the HR system, so that it is seen who has not begun."""
