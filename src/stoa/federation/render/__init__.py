"""From values to what other servers read.  Pure: no database, no network, no clock."""
