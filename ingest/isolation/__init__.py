"""Files are read in a process of their own, which may die, hang or grow without harm to this one.

`reader` is the door, `process` one child as its parent sees it, `child` what runs in it. `limits` and
`network` are what the child takes away from itself; `frames`, `messages` and `order` what the two say to
each other.
"""
