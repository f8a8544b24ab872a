"""The clinical lead's pages."""
