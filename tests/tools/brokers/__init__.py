"""The paper broker, its ledger, and the journal in front of every broker."""
