"""Commands that need a page of their own, and what all commands open."""
