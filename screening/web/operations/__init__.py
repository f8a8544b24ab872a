"""Liveness, readiness, metrics and the accessibility statement."""
