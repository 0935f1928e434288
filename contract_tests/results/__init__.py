"""What a run found: verdicts, findings, and reports of them."""
