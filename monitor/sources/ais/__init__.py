"""AIS adapters: every format that carries vessel positions."""
