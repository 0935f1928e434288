"""What becomes of a finding: proof, replay, acceptance, report."""
