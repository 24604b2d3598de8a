"""From files to the model: suites, requirements, schemas, bindings. This layer knows no network."""
