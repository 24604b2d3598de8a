"""How to talk to a system under test. This layer sends, bounds, records and translates; it does not judge."""
