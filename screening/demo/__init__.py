"""A demo clinic: what makes it, the patients that it invents, and what has happened to each."""
