"""The pages: patient, kiosk, doctor, reception. No SQL, no rule and no PDF here."""
