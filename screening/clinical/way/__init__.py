"""The way through a questionnaire: screens, rows and what comes next, for every page alike."""
