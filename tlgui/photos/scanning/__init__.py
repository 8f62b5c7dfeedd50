"""A folder becomes a collection: listed, read, looked at closer, and searched for what shows the same."""
