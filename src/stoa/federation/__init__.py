"""The door for other servers: ActivityPub in and out."""
