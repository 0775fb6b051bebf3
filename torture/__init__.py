"""Attempts to make Refdesk lose something: `python -m torture NAME`. Each exits with 1 if one succeeds."""
