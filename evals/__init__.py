"""Cases, scorers, replay and backtest: the desk judged on recorded days."""
