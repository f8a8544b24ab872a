"""What people do: one function an act, each in one transaction with its audit entry."""
