"""Reports: ordered in the transaction of the act, made by the worker, verified by anyone."""
