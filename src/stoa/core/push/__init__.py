"""Web Push: the apps of members are told of notifications while they sleep."""
