"""Words: frozen values and column schemas. Knows nothing of files, networks, clocks or SQL."""
