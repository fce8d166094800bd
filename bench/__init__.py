"""How fast Stoa is, as a ratio to a bare route on the same server in the same run."""
