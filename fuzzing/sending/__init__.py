"""Every request passes here: one budget, one adapter, one ledger, and the health of the target."""
