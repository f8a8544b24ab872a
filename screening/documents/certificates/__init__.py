"""Keys and certificates: the own authority, devices."""
