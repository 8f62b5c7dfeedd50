"""Keywords beside photos, in XMP files that other programs read and write too."""
