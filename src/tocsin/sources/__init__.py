"""The doors: one small module per vendor's webhook, found through the entry-point group `tocsin.sources`. Pure."""
