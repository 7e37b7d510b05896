"""Thinking: pure functions from observations to findings. No clock, no input or output."""
