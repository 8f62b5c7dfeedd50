"""One picture file: which kinds there are, how it is opened, checked and decoded."""
