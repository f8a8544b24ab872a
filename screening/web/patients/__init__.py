"""The page of one patient: who it is, and for a doctor the whole line."""
