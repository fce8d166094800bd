"""What those who look after the house tell all its members."""
