"""The API for other programs of a clinic, and the page on which their keys are made."""
