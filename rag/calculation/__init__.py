"""Numbers that a question asks to be computed: from cited figures, by code, with the arithmetic shown."""
