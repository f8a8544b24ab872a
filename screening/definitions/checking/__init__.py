"""What could never work as written, said with file and line; nothing here reads a file."""
