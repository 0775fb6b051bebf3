"""How good sounds are: what is heard of what was to be said, and levels, clipping and silence."""
