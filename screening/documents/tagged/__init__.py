"""The tags of a PDF: what it claims, completed, and put behind those of another."""
