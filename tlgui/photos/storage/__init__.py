"""What is kept of a collection between two readings: what is known of its photos, and what the user decided."""
