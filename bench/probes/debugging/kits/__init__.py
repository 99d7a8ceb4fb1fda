"""What a user writes around the faulty line, once for each framework: data, a healthy model, a training loop.

Frames in these files count as the user's own: in a program of one piece they would stand in its file.
"""
