"""People rate answers without knowing whose they are: what they see, what they said, and what it shows."""
