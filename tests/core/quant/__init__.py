"""The mathematics, against TA-Lib, closed forms and its own laws."""
