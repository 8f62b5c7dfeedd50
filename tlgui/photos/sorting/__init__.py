"""Photos are sorted into class folders by what a model or a person said of them; all of it can be undone."""
