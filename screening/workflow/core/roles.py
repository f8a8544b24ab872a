"""What someone who works at a clinic is: pages and acts ask for one of these."""

ROLES = ("receptionist", "doctor", "clinical-lead", "administrator")
