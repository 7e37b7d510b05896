"""Hands: the jobs that move facts from sources to store to findings to channels."""
