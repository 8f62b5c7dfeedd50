"""What is wrong with a collection, and what would mend it."""
