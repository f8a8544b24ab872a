"""What is kept and for how long: retention, export, erasing, keys, the audit log."""
