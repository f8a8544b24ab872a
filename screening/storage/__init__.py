"""What is kept, encrypted, and how it is found again."""
