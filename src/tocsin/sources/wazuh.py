"""Wazuh: one alert of a rule. Levels go from 0 to 16 and more is worse."""

from collections.abc import Iterator

from tocsin.sources.reading.scales import ascending
from tocsin.sources.reading.vendor import Found, Posting, Vendor, unreadable


def recognise(posting: Posting) -> bool:
    """A rule with a level, beside the agent or manager that saw it."""
    body = posting.root.at("all_fields") if posting.root.has("all_fields") else posting.root
    return body.at("rule").has("level") and body.has_any("agent", "manager", "decoder", "full_log")


def read(posting: Posting) -> Iterator[Found]:
    """One alert; some integrations put it under `all_fields`. A host under attack is one condition per rule."""
    root = posting.root.at("all_fields") if posting.root.has("all_fields") else posting.root
    rule, agent = root.at("rule"), root.at("agent")
    if not rule.has_any("description", "id"):
        raise unreadable("Wazuh", "it has no `rule`")
    yield Found(
        key=(rule.text("id"), agent.text("id", "name"), root.at("data").text("srcip", "src_ip")),
        title=rule.text("description") or f"Wazuh rule {rule.text('id')}",
        description=root.text("full_log") or root.at("data").text("message", "title"),
        severity=ascending(rule.text("level"), low="4", warning="7", high="12", critical="15"),
        vendor_severity=rule.text("level"),
        service=root.at("predecoder").text("program_name") or root.at("decoder").text("name"),
        starts_at=root.time("timestamp", "@timestamp"),
        labels={
            **root.at("data").labels(),
            "agent": agent.text("name"),
            "agent_ip": agent.text("ip"),
            "rule_id": rule.text("id"),
            "groups": ",".join(rule.at("groups").texts()),
            "mitre": ",".join(rule.at("mitre", "id").texts()),
            "location": root.text("location"),
            "manager": root.at("manager").text("name"),
        },
    )


SOURCE = Vendor("wazuh", recognise, read)
