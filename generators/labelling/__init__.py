"""Telling labels and names apart, by models that write nothing."""
