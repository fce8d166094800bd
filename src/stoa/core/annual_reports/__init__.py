"""A member's year in figures, made from what they wrote, for themselves alone."""
