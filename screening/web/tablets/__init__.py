"""The pages of a tablet."""
