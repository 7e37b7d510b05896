"""How a message is dressed for each kind of chat program: its payload, its limits, its escapes.

Pure. A form that can show a picture leaves `picture` in the payload; the channel takes it out and
puts the picture in its place.
"""
