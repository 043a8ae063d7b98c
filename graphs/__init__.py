"""The state machine that routes one market event: pure routing, thin nodes, one drawing."""
