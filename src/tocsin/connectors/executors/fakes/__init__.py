"""The fake of every system that an executor reaches. The executor stays the true one; only the far end is played."""
