from pathlib import Path

from tests.architecture.house import ROOT, assert_none
from tools.llm.cassettes.orphans import orphans

SOURCES = [path for folder in ("evals", "tests", "runtime", "configs", "docs") for path in (ROOT / folder).rglob("*")]


def test_every_cassette_of_the_house_is_played_by_somebody() -> None:
    sources = [path for path in SOURCES if path.suffix in (".py", ".toml", ".md")] + [ROOT / "Makefile"]
    assert_none(str(path) for folder in ("evals", "tests") for path in orphans(ROOT / folder, sources))


def test_a_planted_orphan_is_seen(tmp_path: Path) -> None:
    for name in ("demo.yaml", "old/demo.yaml.gz", "test_gate.yaml", "TestGate.test_veto[a-b.c].yaml", "test_gone.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    source = tmp_path / "suite.py"
    source.write_text(
        'DEMO = "demo.yaml"\n\n\ndef test_gate(): ...\n\n\nclass TestGate:\n    def test_veto(self): ...\n'
    )
    assert [path.name for path in orphans(tmp_path, [source])] == ["demo.yaml.gz", "test_gone.yaml"]
