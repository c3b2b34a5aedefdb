"""Powers: who reads cannot write, who writes cannot read, who decides holds nothing, and policy only takes away."""

from hypothesis import given
from hypothesis import strategies as st

from tocsin.guard.powers import effective, judge, power_of, tool_power
from tocsin.model.plan import Agent, Enforcement, Limits, Power, Rule, ToolServer, Trust

TOOLS = ("logs/query", "logs/get_lines", "chat/post_message", "page/acknowledge", "shell/run", "logs/delete_index")
PATTERNS = st.sampled_from([*TOOLS, "logs/*", "chat/*", "*", "*/query"])
RULES = st.builds(
    Rule,
    name=st.just("r"),
    enforcement=st.sampled_from(Enforcement),
    allow=st.lists(PATTERNS, max_size=2).map(tuple),
    deny=st.lists(PATTERNS, max_size=2).map(tuple),
    tokens_per_call=st.none() | st.integers(1, 9000),
)


def agent(*allow: str, role: str = "free", tokens: int | None = None) -> Agent:
    return Agent(name="a", role=role, allow=allow, limits=Limits(tokens_per_call=tokens))


def test_a_tool_whose_name_does_not_say_that_it_reads_acts() -> None:
    assert tool_power("logs/query_range") is Power.READ
    assert tool_power("logs/getLines") is Power.READ
    assert tool_power("logs/frobnicate") is Power.ACT
    assert tool_power("logs/frobnicate", {"logs/*": Power.READ}) is Power.READ


def test_a_free_agents_power_is_what_its_tools_amount_to() -> None:
    assert power_of(agent()) is Power.DECIDE
    assert power_of(agent("logs/query", "grafana/*")) is Power.READ
    assert power_of(agent("chat/post_message")) is Power.ACT
    assert power_of(agent("logs/query", "chat/post_message")) is None


def test_a_wildcard_of_a_reader_does_not_reach_what_acts() -> None:
    reader = effective(agent("logs/*", role="investigator"), ())
    assert judge(reader, "logs/query").verdict == "allowed"
    assert judge(reader, "logs/delete_index").rule == "floor: who reads cannot write"


def test_a_notifier_cannot_read_logs_even_where_it_lists_all() -> None:
    assert judge(effective(agent("*", role="notifier"), ()), "logs/query").verdict == "denied"


def test_a_server_that_is_trusted_to_read_only_is_never_asked_to_act() -> None:
    servers = (ToolServer(name="chat", url="http://chat", trust=Trust.READ_ONLY),)
    notifier = Agent(name="a", role="notifier", allow=("chat/*",), servers=servers)
    ruling = judge(effective(notifier, ()), "chat/post_message")
    assert (ruling.verdict, ruling.rule) == ("denied", "floor: that server is trusted to read only")
    named = notifier.model_copy(update={"allow": ("chat/post_message",)})
    assert "trusted to read only" in effective(named, ()).refused[0]
    trusted = (servers[0].model_copy(update={"trust": Trust.WRITES}),)
    assert judge(effective(named.model_copy(update={"servers": trusted}), ()), "chat/post_message").goes_ahead


@given(
    st.lists(PATTERNS, max_size=3),
    st.sampled_from(["free", "investigator", "notifier", "diagnostician"]),
    st.lists(RULES, max_size=3),
)
def test_no_policy_lets_a_role_hold_two_powers_or_a_tool_it_does_not_list(
    allow: list[str], role: str, rules: list[Rule]
) -> None:
    under = effective(agent(*allow, role=role), rules)
    ruled = [(one, judge(under, one)) for one in TOOLS]
    held = {tool_power(one) for one, ruling in ruled if ruling.goes_ahead}
    assert len(held) <= 1
    assert role not in ("diagnostician",) or not held
    assert role != "investigator" or held <= {Power.READ}
    assert role != "notifier" or held <= {Power.ACT}


@given(RULES, RULES)
def test_a_second_rule_never_allows_what_the_first_denied(one: Rule, other: Rule) -> None:
    alone = effective(agent("*", role="investigator"), [one.model_copy(update={"enforcement": Enforcement.ENFORCE})])
    both = effective(alone.agent, [*alone.rules, other])
    for tool in TOOLS:
        assert judge(alone, tool).goes_ahead or not judge(both, tool).goes_ahead


@given(st.lists(RULES, max_size=4), st.none() | st.integers(1, 9000))
def test_the_lowest_limit_wins(rules: list[Rule], asked: int | None) -> None:
    ceilings = [one.tokens_per_call for one in rules if one.tokens_per_call] + ([asked] if asked else [])
    assert effective(agent(tokens=asked), rules).limits.tokens_per_call == (min(ceilings) if ceilings else None)


def test_every_ruling_names_the_rule_and_where_it_stands() -> None:
    rule = Rule(name="house", deny=("logs/*",), origin="policy.yaml:3")
    assert (
        judge(effective(agent("logs/query"), [rule]), "logs/query").rule == "policy house denies logs/* (policy.yaml:3)"
    )
