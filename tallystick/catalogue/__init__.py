"""From a document to its cases: codes, triggers, constraints and extensions."""
