"""Reports: ``report.json`` is the truth, everything else is rendered from it. No verdict is computed here."""
