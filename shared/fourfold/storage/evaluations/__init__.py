"""Evaluations in the Personas table."""
