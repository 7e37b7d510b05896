"""Programs that make the weights shipped with the monitor; they need more than the monitor does."""
