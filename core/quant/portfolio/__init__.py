"""The risk of a portfolio, and how to choose one."""
