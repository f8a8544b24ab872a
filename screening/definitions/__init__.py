"""Read questions/, the files that clinicians edit, into clinical objects."""
