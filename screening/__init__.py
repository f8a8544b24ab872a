"""Contraindication screening for clinics that do aesthetic procedures."""

__version__ = "0.1.0"
