"""Face: tables, maps and pages made from what the store holds."""
