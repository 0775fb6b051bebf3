"""A prompt becomes text, an image, sound.

Engines are built by `generators.assembly` and spoken to through `generators.text.protocol`.
"""
