"""What whoever runs it watches: health and counts."""
