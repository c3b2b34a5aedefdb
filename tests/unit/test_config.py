"""The configuration: mistakes are named with their path, secrets are never repeated, and defaults are in order."""

import pytest

from tocsin.app.settings import Settings
from tocsin.config import Config, Secret, load, merged
from tocsin.errors import ConfigError


def settings(own, environ=None):
    return Settings.read(Config(merged(own), environ or {}, "test"))


def mistake(own):
    with pytest.raises(ConfigError) as caught:
        settings(own)
    return caught.value


def test_the_shipped_defaults_are_in_order():
    assert "intake" in settings({}).names()


@pytest.mark.parametrize(
    ("own", "path"),
    [
        ({"serve": {"port": "many"}}, "serve.port"),
        ({"catalogue": {"services": [{"name": "a", "tier": 9}]}}, "catalogue.services[0].tier"),
        ({"catalogue": {"services": [{"name": "a", "depends_on": ["b"]}]}}, "catalogue.services[0].depends_on[0]"),
        ({"report": {"types": 3}}, "report.types"),
        ({"serve": {"prot": 8080}}, "serve.prot"),
        ({"sevrity": {}}, "sevrity"),
    ],
)
def test_a_mistake_is_named_with_its_path_and_what_to_do(own, path):
    found = mistake(own)
    assert found.path == path
    assert found.do


def test_a_secret_written_into_the_file_is_refused_without_repeating_it():
    assert "hunter2" not in str(mistake({"serve": {"token": "hunter2"}}))
    assert "hunter2" not in str(
        mistake({"connectors": {"prometheus": {"url": "http://me:hunter2@prometheus.example"}}})
    )


def test_a_secret_comes_from_the_environment_or_a_file(tmp_path):
    kept = tmp_path / "token"
    kept.write_text("from-a-file\n")
    config = Config({}, {"TOKEN": "from-outside"})
    assert config.secret(Secret(env="TOKEN"), "x") == "from-outside"
    assert config.secret(Secret(file=str(kept)), "x") == "from-a-file"
    with pytest.raises(ConfigError, match="OTHER holds no secret"):
        config.secret(Secret(env="OTHER"), "serve.token")


def test_a_broken_yaml_file_is_named_with_its_line(tmp_path):
    wrong = tmp_path / "tocsin.yaml"
    wrong.write_text("serve:\n  port: [1\nintake: {}\n")
    with pytest.raises(ConfigError, match=r"tocsin\.yaml:3"):
        load(wrong, {})


def test_own_values_stand_over_the_defaults_key_by_key():
    own = settings({"serve": {"port": 9999}})
    assert own.serve.port == 9999
    assert own.serve.host == "127.0.0.1"
