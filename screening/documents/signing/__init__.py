"""Sealing and signing a PDF."""
