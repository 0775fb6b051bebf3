"""What a language model does with a text besides answering: summarise, translate, classify, name what occurs.

Each task takes any `TextGenerator` and a text, and cuts it to the engine's context by itself. What it gives
is the model's own wording: unlike an answer it is tied to no page, but for names, which stand in the text.
"""
