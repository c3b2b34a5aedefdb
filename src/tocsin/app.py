"""The composition root: the only room that knows everyone. Builds, starts and stops tocsin."""
