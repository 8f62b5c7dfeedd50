"""What the window has open, the jobs under way, and what is known from them."""
