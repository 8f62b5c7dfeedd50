"""What is said of photos, by a model or a person, in the form that tables, keywords and sorts are made of."""
