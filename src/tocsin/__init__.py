"""tocsin: an alert comes in, an incident report goes out. The package list is the glossary; `app` knows everyone."""

__version__ = "0.1.0"
