"""From answers to findings to outcomes, for one patient and for many."""
