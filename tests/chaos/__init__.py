"""Ends of every kind in the middle of everything: killed, signalled, damaged, full. What is left must still be true."""
