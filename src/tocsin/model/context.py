"""The shared incident context: what every later step and every remote agent may know, folded from typed findings. Pure."""

from typing import Any

from tocsin.model.evidence import Finding, FindingKind
from tocsin.model.incident import Incident

MOST = 20


def context_of(incident: Incident) -> dict[str, Any]:
    """Affected services, error codes and recent changes, as JSON. Agents change it by reporting findings, in no other way."""
    return {
        "affected_services": _unique([*incident.services, *_affected(incident.findings)]),
        "error_codes": _unique(_codes(incident.findings)),
        "recent_changes": [
            {"service": one.service, "text": one.text, "at": one.data.get("at", "")}
            for one in incident.findings
            if one.kind == FindingKind.CHANGE
        ][:MOST],
        "severity": str(incident.severity or ""),
        "root_cause": incident.diagnosis.root_cause if incident.diagnosis else "",
        "confidence": incident.diagnosis.confidence if incident.diagnosis else 0.0,
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
