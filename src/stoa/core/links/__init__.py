"""The pages that posts link to: what they are about, asked once and shown as a card beside the post."""
