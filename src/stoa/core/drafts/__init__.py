"""What members are writing: kept as they type, with what it said before.  Nobody else reads it."""
