"""The examples of https://supermemory.ai/docs/connectors/s3 with the official package, version 3.

What differs from the page: the address and the key come from SUPERMEMORY_BASE_URL and SUPERMEMORY_API_KEY, which the
client reads by itself, every bucket has an endpoint, and replies are validated against the package's own types.
tests/sdk/README.md tells how it is called.
"""

import json
import os
import sys

import supermemory
from supermemory import Supermemory

client = Supermemory(api_key=os.environ["SUPERMEMORY_API_KEY"], _strict_response_validation=True)
# For replies whose types contradict those of every other package and of the API's own description.
lenient = Supermemory(api_key=os.environ["SUPERMEMORY_API_KEY"])

keys = {
    "accessKeyId": os.environ["AWS_ACCESS_KEY_ID"],
    "secretAccessKey": os.environ["AWS_SECRET_ACCESS_KEY"],
}
endpoint = os.environ["S3_ENDPOINT"]


def quick_setup():
    create(
        metadata={**keys, "bucket": "my-documents-bucket", "region": "us-east-1", "endpoint": endpoint},
        container_tag="org-123",
    )


def quick_setup_of_before():
    # As the page had it before May 2026. The package never took these words; they travel as they were written.
    create(
        extra_body={
            "access_key_id": os.environ.get("AWS_ACCESS_KEY_ID"),
            "secret_access_key": os.environ.get("AWS_SECRET_ACCESS_KEY"),
            "bucket": "my-documents-bucket",
            "region": "us-east-1",
            "endpoint": endpoint,
        },
        container_tags=["org-123", "s3-sync"],
    )


def prefix():
    create(
        metadata={
            **keys,
            "bucket": "company-data",
            "region": "us-east-1",
            "endpoint": endpoint,
            "prefix": "documents/engineering/",  # Only syncs files under this path
        },
        container_tag="engineering-docs",
    )


def dynamic_tags():
    create(
        metadata={
            **keys,
            "bucket": "user-files",
            "region": "us-east-1",
            "endpoint": endpoint,
            "containerTagRegex": "users/(?<userId>[^/]+)/",
        },
        container_tag="user-files",
    )


def connection(connection_id, tag):
    listed = said("connections.list", client.connections.list(container_tags=[tag]))
    assert connection_id in [one.id for one in listed], "the connection is listed under its tag"
    assert connection_id in [one.id for one in said("connections.list all", client.connections.list())]
    assert client.connections.list(container_tags=["nobody"]) == []
    by_id = said("connections.get_by_id", client.connections.get_by_id(connection_id))
    by_tag = said("connections.get_by_tag", client.connections.get_by_tag("s3", container_tags=[tag]))
    assert (by_id.id, by_tag.id, by_id.provider) == (connection_id, connection_id, "s3")
    assert by_id.document_limit == 10000 and tag in by_id.container_tags, by_id


def imported(tag):
    said("connections.list_documents", client.connections.list_documents("s3", container_tags=[tag]))


def documents(tag, words):
    page = said("documents.list", client.documents.list(container_tags=[tag], limit=100))
    assert page.pagination.total_items == len(page.memories)
    for listed in page.memories:
        document = said("documents.get", client.documents.get(listed.id))
        assert (document.id, document.container_tags) == (listed.id, [tag])
    found = said("search.documents", client.search.documents(q=words, container_tags=[tag]))
    ids = [listed.id for listed in page.memories]
    assert all(result.document_id in ids for result in found.results)
    assert client.documents.list(container_tags=["nobody"]).memories == []


def delete_document(document_id, _tag):
    assert said("documents.delete", client.documents.delete(document_id)) is None
    refused(404, supermemory.NotFoundError, lambda: client.documents.get(document_id))


def delete_documents(*ids):
    reply = said("documents.delete_bulk", client.documents.delete_bulk(ids=list(ids)))
    assert (reply.success, reply.deleted_count) == (True, len(ids)), reply


def manual_sync(_connection_id, tag):
    assert isinstance(said("connections.import_", client.connections.import_("s3", container_tags=[tag])), str)


# The package's type of the reply is a list; the API's description, the other packages and the page say one object.
def delete(connection_id, _tag):
    deleted(connection_id, lenient.connections.delete_by_id(connection_id))


def delete_keeping_documents(connection_id, _tag):
    deleted(connection_id, lenient.connections.delete_by_id(connection_id, delete_documents="false"))


def delete_by_tag(connection_id, tag):
    deleted(connection_id, lenient.connections.delete_by_provider("s3", container_tags=[tag]))


def refusals():
    metadata = {**keys, "bucket": "my-documents-bucket", "region": "us-east-1", "endpoint": endpoint}
    no_group = {**metadata, "containerTagRegex": "users/[^/]+/"}
    long = {**metadata, "containerTagRegex": f"(?<userId>{'a' * 200})"}
    stranger, once = client.with_options(api_key="sm_wrong"), client.with_options(max_retries=0)
    refused(401, supermemory.AuthenticationError, lambda: stranger.connections.list())
    for missing in (
        lambda: client.connections.get_by_id("conn_nobody"),
        lambda: client.connections.get_by_tag("s3", container_tags=["nobody"]),
        lambda: client.connections.delete_by_id("conn_nobody"),
        lambda: client.documents.get("a/b c.txt"),
    ):
        refused(404, supermemory.NotFoundError, missing)
    for wrong in (
        {},
        {"metadata": no_group, "container_tag": "org-123"},
        {"metadata": long, "container_tag": "org-123"},
        {"metadata": metadata, "document_limit": 10001},
    ):
        refused(400, supermemory.BadRequestError, lambda: client.connections.create("s3", **wrong))
    other = lambda: once.connections.create("notion", container_tag="org-123")
    refused(501, supermemory.InternalServerError, other)


def storage_errors():
    """The page's table of error codes."""
    metadata = {**keys, "bucket": "my-documents-bucket", "region": "us-east-1", "endpoint": endpoint}
    for status, kind, wrong in (
        (401, supermemory.AuthenticationError, {"secretAccessKey": "wrong"}),
        (403, supermemory.PermissionDeniedError, {"bucket": "forbidden-bucket"}),
        (404, supermemory.NotFoundError, {"bucket": "no-such-bucket"}),
    ):
        settings = {**metadata, **wrong}
        refused(status, kind, lambda: client.connections.create("s3", metadata=settings, container_tag="org-123"))


def create(**words):
    connection = said("connections.create", client.connections.create("s3", **words))
    # There is nothing to sign in to.
    assert (connection.auth_link, connection.expires_in) == (None, None), connection


def deleted(connection_id, reply):
    assert said("connections.delete", reply) == {"id": connection_id, "provider": "s3"}
    refused(404, supermemory.NotFoundError, lambda: client.connections.get_by_id(connection_id))


def said(step, reply):
    """The reply, also printed as one line of JSON."""
    if isinstance(reply, list):
        plain = [one.to_dict(mode="json") for one in reply]
    else:
        plain = reply.to_dict(mode="json") if hasattr(reply, "to_dict") else reply
    print(json.dumps({"step": step, "reply": plain}))
    return reply


def refused(status, kind, call):
    try:
        call()
    except kind as error:
        assert error.status_code == status, error
        assert "error" in error.body, f"the error has the documented shape: {error.body}"
        print(json.dumps({"step": f"refused {status}", "reply": error.body}))
    else:
        raise AssertionError(f"accepted instead of refused with {status}")


EXAMPLES = [quick_setup, quick_setup_of_before, prefix, dynamic_tags, connection, imported, documents, delete_document]
EXAMPLES += [delete_documents, manual_sync, delete, delete_keeping_documents, delete_by_tag, refusals, storage_errors]

if __name__ == "__main__":
    by_name = {example.__name__.replace("_", "-"): example for example in EXAMPLES}
    by_name[sys.argv[1]](*sys.argv[2:])
