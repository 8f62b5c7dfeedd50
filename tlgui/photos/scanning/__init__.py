"""Turns a folder into a collection: lists it, reads headers, takes a closer look, and searches for copies."""
