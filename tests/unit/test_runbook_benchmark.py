"""The measure of the search is strict: no name helps, and no question is answered by its own copy."""

import json
from pathlib import Path

from benchmarks.runbooks import measure, without

BODY = "## Impact\n\nOrders wait.\n\n## Mitigation\n\n- Restart the press.\n"


def folder(tmp_path: Path, documents: dict[str, str], pairs: list[dict[str, object]]) -> Path:
    (tmp_path / "md").mkdir()
    for name, text in documents.items():
        (tmp_path / "md" / f"{name}.md").write_text(text)
    (tmp_path / "pairs.jsonl").write_text("".join(json.dumps(pair) + "\n" for pair in pairs))
    return tmp_path


def pair(**fields: object) -> dict[str, object]:
    return {"id": "1", "alert": "PressJam", "summary": "", "description": "", "relevant": ["mill/PressJam"], **fields}


def test_a_name_alone_finds_nothing_once_names_are_stripped(tmp_path: Path) -> None:
    documents = {"mill__PressJam": f"# PressJam\n\n{BODY}", "mill__Other": "# Other\n\nPaper is wet.\n"}
    figures, _ = measure(folder(tmp_path, documents, [pair(summary="PressJam")]))
    assert figures["recall_at_1"] == 0.0
    assert figures["with_names"] == {"recall_at_1": 1.0, "recall_at_3": 1.0}


def test_a_question_copied_from_a_document_cannot_match_its_own_copy(tmp_path: Path) -> None:
    meaning = "The rollers are blocked by folded sheets."
    documents = {
        "mill__PressJam": f"# PressJam\n\n## Meaning\n\n{meaning}\n\n## Impact\n\nOrders wait.\n",
        "mill__Other": "# Other\n\nThe rollers are blocked by something else.\n",
    }
    asked = pair(description=meaning, query_kind="meaning_section_held_out")
    figures, predictions = measure(folder(tmp_path, documents, [asked]))
    assert figures["recall_at_1"] == 0.0
    assert predictions == [{"id": "1", "ranked": ["mill/Other"]}]


def test_words_that_both_share_find_the_document(tmp_path: Path) -> None:
    documents = {"mill__PressJam": f"# PressJam\n\n{BODY}", "mill__Other": "# Other\n\nPaper is wet.\n"}
    figures, _ = measure(folder(tmp_path, documents, [pair(description="Orders wait for the press")]))
    assert (figures["recall_at_1"], figures["pairs"], figures["documents"]) == (1.0, 1, 2)


def test_names_go_whatever_their_case() -> None:
    assert without("pressjam PRESSJAM_Critical", ["PressJam"]).split() == ["_Critical"]
