"""What a report says, in the order in which a page shows it; nothing here is worded."""
