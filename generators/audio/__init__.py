"""Text becomes speech, and speech becomes text.

Engines are built by `generators.audio.assembly`; `generators.audio.speech` is the tool that makes a file.
"""
