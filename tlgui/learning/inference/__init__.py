"""What a trained model says of photos, one by one or of a whole collection."""
