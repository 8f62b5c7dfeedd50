"""The health report of a collection: what is wrong with its files, photos and classes, and how to mend it."""
