"""How a clinic looks."""
