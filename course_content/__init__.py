"""Courses, item banks and competency frameworks, as package data."""
