"""What was done to a patient, and how it goes afterwards."""
