"""Kubernetes quantities as numbers: `500m`, `128Mi`, `3Gi`, `1e3`. Used wherever two of them are compared."""

_SUFFIXES = {
    "n": 1e-9,
    "u": 1e-6,
    "m": 1e-3,
    "": 1.0,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "P": 1e15,
    "E": 1e18,
    "Ki": 2.0**10,
    "Mi": 2.0**20,
    "Gi": 2.0**30,
    "Ti": 2.0**40,
    "Pi": 2.0**50,
    "Ei": 2.0**60,
}


def quantity(written: object) -> float | None:
    """The number in cores, bytes or pieces; None when it is not a quantity."""
    text = str(written).strip()
    digits = text.rstrip("".join({letter for suffix in _SUFFIXES for letter in suffix}))
    scale = _SUFFIXES.get(text[len(digits) :])
    try:
        return float(digits) * scale if scale is not None else None
    except ValueError:
        return None
