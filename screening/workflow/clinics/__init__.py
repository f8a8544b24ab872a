"""Clinics and how each looks."""
