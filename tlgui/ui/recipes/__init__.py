"""Names, values and differences of recipe settings, as several pages show them."""
