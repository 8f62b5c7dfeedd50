"""The large view of one photo, as several pages show it, and where the model looked in it."""
