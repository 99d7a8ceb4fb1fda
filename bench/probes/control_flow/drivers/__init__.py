"""How a program is run and differentiated in each framework, in the mode that the stack is in: one file each.

A driver calls one program in one phase over and over, as one compiled function where the mode compiles, and counts
what was compiled by the framework's own counter.
"""
