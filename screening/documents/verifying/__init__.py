"""Verifying a PDF."""
