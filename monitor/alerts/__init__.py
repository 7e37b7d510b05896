"""Voice: whether to speak, in what words, and the channels that carry them."""
