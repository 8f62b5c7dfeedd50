"""One picture file: the supported formats, and how a file is opened, checked and decoded."""
