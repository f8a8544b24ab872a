"""Names of medicines as patients write them, and the substances behind them."""
