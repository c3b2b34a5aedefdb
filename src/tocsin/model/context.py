"""The shared incident context: what every later step and every remote agent may know, folded from typed findings. Pure."""

from collections.abc import Iterable
from typing import Any

from tocsin.model.evidence import Finding, FindingKind
from tocsin.model.incident import Incident

MOST = 20


def context_of(incident: Incident) -> dict[str, Any]:
    """Affected services, error codes and recent changes, as JSON. Agents change it by reporting findings, in no other way."""
    return {
        **context_from(incident.findings, incident.services),
        "severity": str(incident.severity or ""),
        "root_cause": incident.diagnosis.root_cause if incident.diagnosis else "",
        "confidence": incident.diagnosis.confidence if incident.diagnosis else 0.0,
    }


def context_from(findings: tuple[Finding, ...], services: Iterable[str]) -> dict[str, Any]:
    """The part of it that typed findings say."""
    return {
        "affected_services": _unique([*services, *_affected(findings)]),
        "error_codes": _unique(_codes(findings)),
        "recent_changes": [
            {"service": one.service, "text": one.text, "at": one.data.get("at", "")}
            for one in findings
            if one.kind == FindingKind.CHANGE
        ][:MOST],
    }


def _affected(findings: tuple[Finding, ...]) -> list[str]:
    rows = [row for one in findings if one.kind == FindingKind.BLAST_RADIUS for row in _rows(one.data.get("affected"))]
    return [str(row.get("service", "")) for row in rows if isinstance(row, dict)]


def _codes(findings: tuple[Finding, ...]) -> list[str]:
    return [
        f"{one.data.get('scheme', '')} {one.data.get('code', '')}".strip()
        for one in findings
        if one.kind == FindingKind.ERROR_CODE
    ]


def _rows(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _unique(names: list[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if name][:MOST]
