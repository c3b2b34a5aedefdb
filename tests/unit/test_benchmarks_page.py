"""The page of the figures is written from what runs print."""

import json

import benchmarks.__main__ as bench


def test_a_yardstick_run_again_gets_its_section_anew_and_the_others_keep_theirs(tmp_path, monkeypatch):
    page, printed = tmp_path / "benchmarks.md", tmp_path / "printed"
    monkeypatch.setattr(bench, "PAGE", page)
    page.write_text("# Benchmarks\n\n## argv\n\nOld words.\n\n## topology\n\nTheirs.\n")
    printed.write_text("noise\n" + json.dumps({"benchmark": "argv", "values": 3, "extra_processes": 0}) + "\n")
    monkeypatch.setattr("sys.argv", ["benchmarks", "--printed", str(printed), "--docs"])
    assert bench.main() == 0
    told = page.read_text()
    assert "| values | 3 |" in told and "Old words." not in told
    assert told.index("## topology\n\nTheirs.\n") < told.index("## argv")
