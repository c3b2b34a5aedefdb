"""The bench: pure numbers and text. No I/O, no await, no clock."""
