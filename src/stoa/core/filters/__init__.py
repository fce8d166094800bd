"""What members do not want to read."""
