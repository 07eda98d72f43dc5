"""The examples of https://supermemory.ai/docs/v5/api-reference/connectors with the official package, version 5.

It speaks the newest form of the API: a namespace is what a container tag was, a connector what a connection was.
What differs from the page: the address and the key come from SUPERMEMORY_BASE_URL and SUPERMEMORY_API_KEY, which the
client reads by itself, every bucket has an endpoint, and replies are validated against the package's own types.
tests/sdk/README.md tells how it is called.
"""

import json
import os
import sys

import supermemory
from supermemory import Supermemory

client = Supermemory(api_key=os.environ["SUPERMEMORY_API_KEY"])

keys = {
    "access_key_id": os.environ["AWS_ACCESS_KEY_ID"],
    "secret_access_key": os.environ["AWS_SECRET_ACCESS_KEY"],
}
endpoint = os.environ["S3_ENDPOINT"]


def quick_setup():
    create("org-123", {**keys, "bucket": "my-documents-bucket", "region": "us-east-1", "endpoint": endpoint})


def prefix():
    create(
        "engineering-docs",
        {
            **keys,
            "bucket": "company-data",
            "region": "us-east-1",
            "endpoint": endpoint,
            "prefix": "documents/engineering/",
        },
    )


def dynamic_tags():
    # The package's types have no rule; it travels as it was written.
    create(
        "user-files",
        {
            **keys,
            "bucket": "user-files",
            "region": "us-east-1",
            "endpoint": endpoint,
            "containerTagRegex": "users/(?<userId>[^/]+)/",
        },
    )


def connection(connector_id, namespace):
    listed = said("connectors.list", client.connectors.list(namespace, provider="s3", page=1, limit=50))
    assert connector_id in [one.id for one in listed.connectors], "the connector is listed in its namespace"
    everywhere = said("connectors.list_all", client.connectors.list_all())
    assert connector_id in [one.id for one in everywhere.connectors]
    assert client.connectors.list("nobody").connectors == []
    one = said("connectors.get", client.connectors.get(namespace, connector_id, include="syncs"))
    assert (one.id, one.provider, one.namespace) == (connector_id, "s3", namespace), one
    assert one.document_limit == 10000 and one.config["bucket"] and one.syncs is not None, one
    changed = said("connectors.update", client.connectors.update(namespace, connector_id, document_limit=9000))
    assert changed.document_limit == 9000, changed


def documents(namespace, words):
    page = said("list", client.list(namespace, "documents", page=1, limit=100))
    assert page.pagination.total_items == len(page.documents) and not page.chunks and not page.memories
    for listed in page.documents:
        document = said("documents.get", client.documents.get(namespace, listed.id))
        assert document.id == listed.id and document.system.status == listed.system.status
    found = said("search", client.search(namespace, query=words, limit=10))
    assert all(0 <= result.similarity <= 1 for result in found.results), found
    assert client.list("nobody", "documents").documents == []
    known = said("namespaces.list", client.namespaces.list())
    assert not page.documents or namespace in [one.namespace for one in known.namespaces]


def delete_document(document_id, namespace):
    reply = said("documents.delete", client.documents.delete(namespace, ids=[document_id]))
    assert reply.count == 1 and not reply.errors, reply
    refused(404, supermemory.NotFoundError, lambda: client.documents.get(namespace, document_id))


def manual_sync(connector_id, namespace):
    reply = said("connectors.sync", client.connectors.sync(namespace, connector_id))
    assert reply.id and reply.status == "queued", reply


def delete(connector_id, namespace):
    deleted(connector_id, namespace, client.connectors.delete(namespace, connector_id))


def delete_keeping_documents(connector_id, namespace):
    deleted(connector_id, namespace, client.connectors.delete(namespace, connector_id, delete_documents=False))


def refusals():
    config = {**keys, "bucket": "my-documents-bucket", "region": "us-east-1", "endpoint": endpoint}
    stranger = Supermemory(api_key="sm_wrong")
    refused(401, supermemory.AuthenticationError, lambda: stranger.connectors.list_all())
    for missing in (
        lambda: client.connectors.get("org-123", "conn_nobody"),
        lambda: client.connectors.sync("org-123", "conn_nobody"),
        lambda: client.connectors.delete("org-123", "conn_nobody"),
        lambda: client.documents.get("org-123", "doc_nobody"),
    ):
        refused(404, supermemory.NotFoundError, missing)
    nameless = {name: value for name, value in config.items() if name != "bucket"}
    for wrong in (
        {"provider": "s3", "config": nameless},
        {"provider": "s3", "config": {**config, "endpoint": "not a url"}},
        {"provider": "s3", "config": config, "document_limit": 10001},
    ):
        refused(400, supermemory.BadRequestError, lambda: client.connectors.create("org-123", request=wrong))


def storage_errors():
    config = {**keys, "bucket": "my-documents-bucket", "region": "us-east-1", "endpoint": endpoint}
    for status, kind, wrong in (
        (401, supermemory.AuthenticationError, {"secret_access_key": "wrong"}),
        (403, supermemory.PermissionDeniedError, {"bucket": "forbidden-bucket"}),
        (404, supermemory.NotFoundError, {"bucket": "no-such-bucket"}),
    ):
        request = {"provider": "s3", "config": {**config, **wrong}}
        refused(status, kind, lambda: client.connectors.create("org-123", request=request))


def create(namespace, config):
    connector = said(
        "connectors.create",
        client.connectors.create(namespace, request={"provider": "s3", "config": config}),
    )
    # There is nothing to sign in to.
    assert connector.authorization is None, connector


def deleted(connector_id, namespace, reply):
    said("connectors.delete", reply)
    assert (reply.id, reply.deleted) == (connector_id, True), reply
    refused(404, supermemory.NotFoundError, lambda: client.connectors.get(namespace, connector_id))


def said(step, reply):
    """The reply, also printed as one line of JSON. The package itself takes replies that lack what they must have."""
    plain = reply.model_dump(mode="json", by_alias=True, exclude_unset=True)
    type(reply).model_validate(plain)
    print(json.dumps({"step": step, "reply": plain}))
    return reply


def refused(status, kind, call):
    try:
        call()
    except kind as error:
        assert error.status_code == status, error
        body = error.body if isinstance(error.body, dict) else error.body.model_dump(mode="json", by_alias=True)
        assert "error" in body, f"the error has the documented shape: {body}"
        print(json.dumps({"step": f"refused {status}", "reply": body}))
    else:
        raise AssertionError(f"accepted instead of refused with {status}")


EXAMPLES = [quick_setup, prefix, connection, documents, delete_document, manual_sync, delete, delete_keeping_documents]
EXAMPLES += [dynamic_tags, refusals, storage_errors]

if __name__ == "__main__":
    by_name = {example.__name__.replace("_", "-"): example for example in EXAMPLES}
    by_name[sys.argv[1]](*sys.argv[2:])
