"""What every test run does: network off, an inventory of what was collected, seconds per folder."""
