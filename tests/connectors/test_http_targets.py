"""The targets over HTTP keep the contract, spoken to over real sockets (an imitation of theirs, a receiver of ours)."""

import base64
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from contract import HttpContract

import imitations
from trueup.connectors.successfactors import SuccessFactors
from trueup.connectors.target import Options, UnusableOptionsError
from trueup.connectors.webhook import Webhook
from trueup.connectors.xapi_lrs import XapiLrs
from trueup.kit.webhooks import SignedHeaders, WebhookKey, authenticate

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1", "localhost"]), pytest.mark.xdist_group("imitated")]
SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()


@pytest.fixture(scope="session")
def there() -> Iterator[imitations.Imitation]:
    with imitations.review_system() as running:
        yield running


class TestSuccessFactors(HttpContract):
    @pytest.fixture
    def target(self, there):
        return SuccessFactors(Options(there.address, "token"))


class TestXapiLrs(HttpContract):
    @pytest.fixture
    def target(self, there):
        return XapiLrs(Options(f"{there.address}/xapi", "name:password"))


class Receiver(BaseHTTPRequestHandler):
    """Takes what is signed by the right secret, as a receiver of Standard Webhooks does."""

    got: list[dict] = []  # noqa: RUF012 - one list for all requests

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        from datetime import UTC, datetime

        signed = SignedHeaders(
            *(self.headers[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
        )
        authenticate(signed, body, [WebhookKey.parse(SECRET)], datetime.now(UTC))
        self.got.append(json.loads(body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def receiver() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/hook"
    server.shutdown()


class TestWebhook(HttpContract):
    @pytest.fixture
    def target(self, receiver):
        return Webhook(Options(receiver, SECRET))

    def test_what_is_sent_is_a_cloud_event_with_the_record_as_its_subject(self, target):
        Receiver.got.clear()
        self.run(lambda line: target.write(line, [self.job(target)]))
        (event,) = Receiver.got
        assert {name: event[name] for name in ("specversion", "type", "subject")} == {
            "specversion": "1.0", "type": "dev.trueup.completion.recorded", "subject": "moodle-hr:cmc-1",
        }  # fmt: skip  # a table
        assert event["data"]["course_id"] == "SAFE101"


@pytest.mark.parametrize("secret", ["", "plain", "whsec_!!!"])
def test_a_webhook_without_a_secret_is_refused(secret):
    with pytest.raises(UnusableOptionsError):
        Webhook(Options("https://hr.example.com", secret))
