"""What members bring along from another server and take with them: lists, as Mastodon writes them."""
