"""What a report says, as data, and what a doctor may decide."""
