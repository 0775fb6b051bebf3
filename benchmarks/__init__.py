"""Refdesk beside the textbook pipeline, on any folder in the format that `datasets` describes."""
