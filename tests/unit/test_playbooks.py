"""Playbooks: documents become plans, and every mistake is named with file, line and path."""

from pathlib import Path

import pytest

from tocsin.errors import DataError
from tocsin.model.ground import IncidentType, Severity
from tocsin.model.plan import Work
from tocsin.playbooks.draw import as_mermaid, as_text
from tocsin.playbooks.shelf import Playbooks, PlaybookSettings, Shelf, needs_of, read_documents, shipped

SWARM = Path("../shared/examples/kubeswarm")
TEAM = """
apiVersion: tocsin/v1
kind: Team
metadata: { name: mine }
spec:
  inputs: [alert]
  agents:
    reader:
      { role: investigator, model: "small:7b", tools: { servers: [{ name: logs, url: "http://l:1" }], allow: ["logs/query"] } }
    thinker: { role: diagnostician, model: "small:7b" }
  steps:
    - { name: look, agent: reader, inputs: { alert: "{{ .input.alert }}" } }
    - { name: think, agent: thinker, dependsOn: [look], inputs: { seen: "{{ .steps.look.output.report }}" } }
"""


def shelf(*texts: str, strict: bool = False) -> Shelf:
    documents = read_documents((f"file{at}.yaml", text) for at, text in enumerate(texts))
    return Shelf(documents, PlaybookSettings(strict=strict))


def wrong(*texts: str) -> str:
    return "\n".join(shelf(*texts).wrong)


def test_every_type_of_incident_has_a_shipped_playbook_and_a_critical_database_its_own() -> None:
    built_in = Playbooks(PlaybookSettings()).of()
    for kind in IncidentType:
        chosen = built_in.choose(kind, Severity.SEV3, (), {})
        assert chosen.plan.name == str(kind)
        assert [one.work for one in chosen.plan.steps].count(Work.DIAGNOSE) == 1
    critical = built_in.choose(IncidentType.DATABASE, Severity.SEV1, (), {})
    assert critical.plan.name == "critical-database"


def test_steps_are_ready_when_what_they_depend_on_is_over() -> None:
    plan = shelf(TEAM).sound().team("mine").plan
    assert [one.name for one in plan.ready(frozenset())] == ["look"]
    assert [one.name for one in plan.ready(frozenset({"look"}))] == ["think"]


def test_steps_that_wait_for_each_other_are_named_with_their_place() -> None:
    said = wrong(TEAM.replace("name: look, agent: reader", "name: look, dependsOn: [think], agent: reader"))
    assert "look -> think wait for each other" in said
    assert "file0.yaml:12" in said


def test_an_input_nobody_produces_is_named() -> None:
    assert "nobody produces .input.alarm" in wrong(TEAM.replace(".input.alert", ".input.alarm"))
    assert "look is not before it" in wrong(TEAM.replace("dependsOn: [look], ", ""))
    assert "nobody produces .world.x" in wrong(TEAM.replace(".input.alert", ".world.x"))


def test_an_unknown_agent_and_an_unknown_dependency_are_named() -> None:
    assert "there is no agent 'nobody'" in wrong(TEAM.replace("agent: thinker", "agent: nobody"))
    assert "depends on nothing, which does not exist" in wrong(TEAM.replace("[look]", "[nothing]"))


def test_a_field_nobody_knows_is_refused_with_file_line_and_path() -> None:
    with pytest.raises(DataError, match=r"file0.yaml:13: spec.steps\[1\].dependOn: there is no field `dependOn`"):
        shelf(TEAM.replace("dependsOn", "dependOn"))


def test_one_agent_that_reads_and_acts_is_refused_when_it_is_loaded() -> None:
    both = TEAM.replace('["logs/query"]', '["logs/query", "chat/post_message"]').replace("role: investigator, ", "")
    assert "tools that read and tools that act" in wrong(both)


def test_who_decides_holds_no_tool() -> None:
    assert "who decides holds no tool" in wrong(TEAM.replace("role: investigator", "role: diagnostician"))


def test_a_reader_that_lists_a_tool_that_acts_is_refused() -> None:
    assert "cannot hold chat/post_message" in wrong(TEAM.replace("logs/query", "chat/post_message"))


def test_a_writer_that_lists_a_tool_that_reads_logs_is_refused() -> None:
    assert "cannot hold logs/query" in wrong(TEAM.replace("role: investigator", "role: notifier"))


RULE = """
apiVersion: tocsin/v1
kind: Policy
metadata: { name: house }
spec: { enforcement: Enforce, tools: { deny: ["logs/*"] }, models: ["small:*"], limits: { tokensPerCall: 3000 } }
"""


def test_a_tool_outside_policy_is_refused_where_policy_enforces_and_said_where_it_warns() -> None:
    assert "policy house denies logs/*" in wrong(TEAM, RULE)
    warned = shelf(TEAM, RULE.replace("Enforce,", "Warn,")).sound()
    assert any("denies logs/*" in one for one in warned.remarks)


def test_a_model_outside_policy_is_refused() -> None:
    assert "asks for model big:70b" in wrong(TEAM.replace("small:7b", "big:70b"), RULE.replace("logs/*", "x/*"))


def test_a_player_is_swapped_by_one_line() -> None:
    swapped = shelf(
        TEAM.replace('thinker: { role: diagnostician, model: "small:7b" }', "thinker: { role: diagnostician }")
    )
    assert swapped.sound().team("mine").plan.agents["thinker"].player == "built-in"


def test_a_run_says_which_input_it_misses_and_which_it_cannot_take() -> None:
    mine = shelf(TEAM).team("mine")
    with pytest.raises(DataError, match="the run needs alert"):
        needs_of(mine, {})
    with pytest.raises(DataError, match="takes no more"):
        needs_of(mine, {"alert": "x", "more": "y"})


@pytest.mark.skipif(not SWARM.is_dir(), reason="no ../shared/examples/kubeswarm here")
def test_kubeswarm_manifests_load_unchanged_clamped_and_refused_when_strict() -> None:
    texts = [(one.name, one.read_text()) for one in sorted(SWARM.glob("*.yaml"))]
    loaded = Shelf(read_documents(texts), PlaybookSettings()).sound()
    team = loaded.team("incident-responder")
    assert [one.name for one in team.plan.steps] == ["investigator", "diagnostician", "notifier"]
    assert team.plan.agents["investigator"].limits.tokens_per_call == 3000
    assert any("asks for 4000 tokens per call, clamped to the 3000" in one for one in team.remarks)
    assert "4000" in "\n".join(Shelf(read_documents(texts), PlaybookSettings(strict=True)).wrong)


SWARM_AGENT = """
apiVersion: kubeswarm.io/v1alpha1
kind: SwarmAgent
metadata: { name: reader }
spec:
  model: m
  prompt: { inline: read }
  tools: { mcp: [{ name: logs, url: "http://logs", auth: AUTH }] }
"""


@pytest.mark.parametrize(
    ("auth", "secret"),
    [
        ("{ type: bearer, secretRef: { name: key } }", "key"),
        ("{ bearer: { secretKeyRef: { name: key, key: token } } }", "key/token"),
    ],
)
def test_both_spellings_of_a_secret_load(auth: str, secret: str) -> None:
    documents = read_documents([("a.yaml", SWARM_AGENT.replace("AUTH", auth))])
    (agent,) = documents.agents.values()
    assert agent.servers[0].secret == secret
    assert agent.allow == ("logs/*",)


def test_a_kubeswarm_field_that_is_not_supported_is_refused_by_name() -> None:
    text = SWARM_AGENT.replace("AUTH", "{ mtls: { secretRef: { name: x } } }")
    with pytest.raises(DataError, match=r"a.yaml:8: .*mtls: tocsin does not support `mtls`"):
        read_documents([("a.yaml", text)])
    with pytest.raises(DataError, match="does not support `runtime`"):
        read_documents(
            [
                (
                    "a.yaml",
                    SWARM_AGENT.replace("AUTH", "{}").replace("  model: m", "  model: m\n  runtime: { replicas: 2 }"),
                )
            ]
        )


def test_broken_yaml_and_repeated_names_are_named_with_their_line() -> None:
    with pytest.raises(DataError, match=r"x.yaml:2"):
        read_documents([("x.yaml", "a: 1\nb: [")])
    with pytest.raises(DataError, match="`a` is there twice"):
        read_documents([("x.yaml", "a: 1\na: 2")])


def test_the_shipped_files_hold_only_roles_the_house_knows() -> None:
    documents = read_documents(shipped())
    assert len(documents.teams) == 6


def test_every_document_that_cannot_be_read_is_named_and_not_only_the_first(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(
        TEAM.replace("role: diagnostician", "role: diagnostician, player: wizard")
        + "\n---\napiVersion: tocsin/v1\nkind: Policy\nmetadata: { name: house }\nspec: { wat: 3 }\n"
    )
    (tmp_path / "worse.yaml").write_text("a: [")
    texts = [(one.name, one.read_text()) for one in sorted(tmp_path.iterdir())]
    said = Playbooks(PlaybookSettings()).of(texts).wrong
    assert [one.partition(":")[0] for one in said] == ["bad.yaml", "bad.yaml", "worse.yaml"]
    assert "'wizard' plays nothing" in said[0] and "wat" in said[1] and said[2].startswith("worse.yaml:1")


def test_a_drawn_condition_is_whole_and_cannot_break_the_drawing() -> None:
    plan = Playbooks(PlaybookSettings()).of().team("critical-database").plan
    assert '-- "eq .steps.diagnose.output.root_cause #quot;#quot;" -->' in as_mermaid(plan)
    assert 'when eq .steps.diagnose.output.root_cause ""' in as_text(plan)
