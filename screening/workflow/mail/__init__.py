"""Mails to patients: ordered in the transaction of the act, delivered by the worker."""
