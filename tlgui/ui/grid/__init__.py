"""The grid of thumbnails, for any kind of photo: sections, cells, selection, keys, drag and accessibility."""
