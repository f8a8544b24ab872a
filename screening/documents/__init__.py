"""From a report to a PDF, from a PDF to a sealed and signed one, and to its verification."""
