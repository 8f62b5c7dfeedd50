"""Tests of sorting photos into folders."""
