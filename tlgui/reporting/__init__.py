"""The report on a model: what it is for, how good it is, and what it should not be used for, as one page."""
