"""What a patient does: answer, confirm, send, take the copy."""
