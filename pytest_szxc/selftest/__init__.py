"""The proof that checks can fail: every mutant is caught by its requirement, no legal variant is reported by any."""
