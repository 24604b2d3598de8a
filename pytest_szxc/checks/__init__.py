"""Pure predicates: they send nothing, read no clock, and yield observations without deciding."""
