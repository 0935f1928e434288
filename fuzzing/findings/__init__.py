"""What happens with findings: proof, replay, acceptance, report; and the preview of a fuzz."""
