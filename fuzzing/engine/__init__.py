"""How it is sent: campaigns, workers, one budget, the ledger, the corpus."""
