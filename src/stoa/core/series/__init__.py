"""Series: an author's posts in an order that they choose, under a title."""
