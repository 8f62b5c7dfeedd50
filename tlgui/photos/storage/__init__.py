"""What is stored of a collection between two scans: the facts of its photos, and the choices of the user."""
