"""What the desk does besides answering, as tools: each a plain function that anybody may call.

A person's program, the command line, an agent built on LangChain, and a chat call the same functions
(`registry.TOOLS`) through `registry.run_tool`, which checks their arguments. Arguments may come from a
language model: they are data, and reach only a collection's documents and the folders that were allowed.
"""
