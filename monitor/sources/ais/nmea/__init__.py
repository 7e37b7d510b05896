"""Raw NMEA: by block for files; by line for feeds, and as the other's oracle."""
