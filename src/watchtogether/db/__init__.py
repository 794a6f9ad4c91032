"""Engine, unit of work and migrations. No tables of any domain live here."""
