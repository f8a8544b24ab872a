"""Mails and calendar files."""
