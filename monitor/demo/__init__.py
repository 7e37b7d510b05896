"""The Tartus story, rebuilt from published facts with rendered scenes, and labelled as such."""
