"""Work that goes on outside the process that asked for it: it survives a page, can be stopped and resumed.

`jobs` starts and lists it, `worker` is what runs in the process of its own. Nothing is imported here: that
process says that it lives before it loads anything large.
"""
