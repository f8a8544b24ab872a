"""What a changed list would move."""
