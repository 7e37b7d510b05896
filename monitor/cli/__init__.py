"""The command line. Heavy imports wait until a command needs them: `--help` must be quick."""

from monitor.cli.app import app, main

__all__ = ["app", "main"]
