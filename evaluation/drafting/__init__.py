"""Question sets out of a collection's own documents: drafted by a model, filtered, reviewed by people."""
