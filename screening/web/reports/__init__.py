"""Where anyone verifies a report."""
