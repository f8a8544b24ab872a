"""From a report to a PDF."""
