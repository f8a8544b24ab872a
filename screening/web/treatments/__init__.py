"""Pages of what was done: for the desk, for the patient afterwards, and for a recall."""
