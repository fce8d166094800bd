"""What activities of others do here: one function for each kind, called with a transaction open."""
