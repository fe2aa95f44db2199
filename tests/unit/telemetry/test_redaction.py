"""What is secret is hidden, and nothing else is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.telemetry.redaction import redact


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://kondate:s3cret@db/kondate", "postgresql://kondate:***@db/kondate"),
        ("postgres://:p@ss@db", "postgres://:***@db"),
        ("host=db password=s3cret user=k", "host=db password=*** user=k"),
        ("Bearer abcdefghijklmnop.x", "Bearer ***"),
        ('{"secret":"whsec_a2tra2tra2tra/tr+2tra2tr="}', '{"secret":"whsec_***"}'),
        ("token eyJhbGciOi.eyJzdWIi.c2ln at", "token *** at"),
        ("http://127.0.0.1:8080/recipe/1?mail=a@b", "http://127.0.0.1:8080/recipe/1?mail=a@b"),
        ("Bearer of good news", "Bearer of good news"),
        ("the password is wrong", "the password is wrong"),
        ("urn:kondate://recipes", "urn:kondate://recipes"),
    ],
)
def test_secrets_are_hidden_and_the_rest_is_shown(text: str, shown: str) -> None:
    assert redact(text) == shown


@given(st.text(alphabet=st.characters(exclude_characters="/?#@ \t\r\n", categories=["L", "N", "P", "S"]), min_size=1))
def test_a_dsn_password_of_any_characters_is_hidden_in_json(password: str) -> None:
    line = redact(json.dumps({"dsn": f"postgresql://kondate:{password}@db/kondate"}, ensure_ascii=False))
    assert json.loads(line) == {"dsn": "postgresql://kondate:***@db/kondate"}


@given(st.text())
def test_json_stays_json(text: str) -> None:
    assert isinstance(
        json.loads(redact(json.dumps({"a": f"password={text}", "b": f"://u:{text}@h Bearer {text}"}))), dict
    )
