"""Memory: the one SQL door. Everything that must outlive a process is kept here."""
