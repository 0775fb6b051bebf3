"""Chats that are kept: apart from the collections, in one file of the data home."""
