"""Requests are signed as botocore itself would sign them."""

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from hypothesis import given
from hypothesis import strategies as st

from adapters.sqs.signing import MEDIA_TYPE, signed_headers

TOKENS = st.one_of(st.none(), st.text("abcDEF123/+=", min_size=1))
HOSTS = st.sampled_from(["sqs.eu-central-1.amazonaws.com", "127.0.0.1:4566", "localhost"])


@given(payload=st.binary(), host=HOSTS, token=TOKENS, secret=st.text("abcXYZ019/+", min_size=1))
def test_signature_is_the_one_of_botocore(payload: bytes, host: str, token: str | None, secret: str) -> None:
    credentials = ReadOnlyCredentials("AKIDEXAMPLE", secret, token)
    headers = {"Content-Type": MEDIA_TYPE, "X-Amz-Target": "AmazonSQS.SendMessageBatch"}
    theirs = AWSRequest("POST", f"http://{host}/", data=payload, headers=headers)
    SigV4Auth(credentials, "sqs", "eu-central-1").add_auth(theirs)
    ours = signed_headers(
        payload,
        "AmazonSQS.SendMessageBatch",
        host=host,
        region="eu-central-1",
        credentials=credentials,
        stamp=theirs.headers["X-Amz-Date"],
    )
    assert ours["authorization"] == theirs.headers["Authorization"]
    assert ours.get("x-amz-security-token") == theirs.headers.get("X-Amz-Security-Token")
