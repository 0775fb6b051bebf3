"""A language model judges answers by fixed rubrics, and is itself measured beside people."""
