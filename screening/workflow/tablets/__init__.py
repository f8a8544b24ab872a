"""Tablets of the waiting room, and the way between phone and tablet."""
