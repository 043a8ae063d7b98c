"""The state machine: where a run goes, how it is drawn, and who may touch the broker."""
