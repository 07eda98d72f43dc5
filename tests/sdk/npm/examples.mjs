// The examples of https://supermemory.ai/docs/connectors/s3 with the official package. What differs from the page: the
// address and the key come from SUPERMEMORY_BASE_URL and SUPERMEMORY_API_KEY, which the client reads by itself, and
// every bucket has an endpoint. tests/sdk/README.md tells how it is called.
import assert from "node:assert/strict";

import Supermemory from "supermemory";

const client = new Supermemory({
  apiKey: process.env.SUPERMEMORY_API_KEY,
});

const keys = {
  accessKeyId: process.env.AWS_ACCESS_KEY_ID,
  secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY,
};
const endpoint = process.env.S3_ENDPOINT;

// What the package's types call required. Null is allowed, absence is not: the next version of the package checks.
const CREATED = ["id", "authLink", "expiresIn"];
const CONNECTION = ["id", "provider", "createdAt"];
const IMPORTED = ["id", "createdAt", "updatedAt", "status", "summary", "title", "type"];
const LISTED = [...IMPORTED, "connectionId", "customId", "filepath", "metadata"];
const DOCUMENT = [...LISTED, "content", "ogImage", "raw", "source", "spatialPoint", "taskType"];
const FOUND = ["documentId", "title", "type", "score", "createdAt", "updatedAt", "metadata", "chunks"];
const STATUSES = ["unknown", "queued", "extracting", "chunking", "embedding", "indexing", "done", "failed"];
const TYPES = [
  "text",
  "pdf",
  "tweet",
  "google_doc",
  "google_slide",
  "google_sheet",
  "image",
  "video",
  "audio",
];
TYPES.push("notion_doc", "webpage", "onedrive", "github_markdown");

const examples = {
  "quick-setup": () =>
    create({
      metadata: { ...keys, bucket: "my-documents-bucket", region: "us-east-1", endpoint },
      containerTag: "org-123",
    }),

  // As the page had it before May 2026: everything at the top level, and a list of tags.
  "quick-setup-of-before": () =>
    create({
      ...keys,
      bucket: "my-documents-bucket",
      region: "us-east-1",
      endpoint,
      containerTags: ["org-123"],
    }),

  prefix: () =>
    create({
      metadata: {
        ...keys,
        bucket: "company-data",
        region: "us-east-1",
        endpoint,
        prefix: "documents/engineering/", // Only syncs files under this path
      },
      containerTag: "engineering-docs",
    }),

  "dynamic-tags": () =>
    create({
      metadata: {
        ...keys,
        bucket: "user-files",
        region: "us-east-1",
        endpoint,
        containerTagRegex: "users/(?<userId>[^/]+)/",
      },
      containerTag: "user-files",
    }),

  async connection(id, tag) {
    const listed = await said("connections.list", client.connections.list({ containerTags: [tag] }));
    assert(
      listed.some((connection) => connection.id === id),
      "the connection is listed under its tag",
    );
    assert(
      (await said("connections.list all", client.connections.list())).some(
        (connection) => connection.id === id,
      ),
    );
    assert.deepEqual(await client.connections.list({ containerTags: ["nobody"] }), []);
    const byId = await said("connections.getByID", client.connections.getByID(id));
    const byTag = await said(
      "connections.getByTag",
      client.connections.getByTag("s3", { containerTags: [tag] }),
    );
    for (const connection of [...listed, byId, byTag]) {
      has(connection, CONNECTION);
      assert.equal(connection.provider, "s3");
      assert(!Number.isNaN(Date.parse(connection.createdAt)));
    }
    assert.deepEqual([byId.id, byTag.id], [id, id]);
    assert.deepEqual([byId.documentLimit, byId.containerTags], [10000, [tag]]);
  },

  async imported(tag) {
    const documents = await said(
      "connections.listDocuments",
      client.connections.listDocuments("s3", { containerTags: [tag] }),
    );
    for (const document of documents) {
      has(document, IMPORTED);
    }
  },

  async documents(tag, words) {
    const { memories, pagination } = await said(
      "documents.list",
      client.documents.list({ containerTags: [tag], limit: 100 }),
    );
    has(pagination, ["currentPage", "totalItems", "totalPages", "limit"]);
    assert.equal(pagination.totalItems, memories.length);
    for (const listed of memories) {
      has(listed, LISTED);
      const document = await said("documents.get", client.documents.get(listed.id));
      has(document, DOCUMENT);
      assert.deepEqual([document.id, document.containerTags], [listed.id, [tag]]);
      assert(STATUSES.includes(document.status) && TYPES.includes(document.type));
      assert(["memory", "superrag"].includes(document.taskType));
    }
    const found = await said("search.documents", client.search.documents({ q: words, containerTags: [tag] }));
    assert.equal(found.total, found.results.length);
    assert.equal(typeof found.timing, "number");
    const ids = memories.map((listed) => listed.id);
    for (const result of found.results) {
      has(result, FOUND);
      assert(ids.includes(result.documentId));
      result.chunks.forEach((chunk) => has(chunk, ["content", "isRelevant", "score"]));
    }
    assert.equal((await client.documents.list({ containerTags: ["nobody"] })).memories.length, 0);
  },

  async "delete-document"(id) {
    assert.equal((await said("documents.delete", client.documents.delete(id))) ?? null, null);
    await refused(404, Supermemory.NotFoundError, client.documents.get(id));
  },

  async "delete-documents"(...ids) {
    const reply = await said("documents.deleteBulk", client.documents.deleteBulk({ ids }));
    assert.deepEqual([reply.success, reply.deletedCount], [true, ids.length]);
  },

  async "manual-sync"(id, tag) {
    const reply = await said(
      "connections.import",
      client.connections.import("s3", {
        containerTags: [tag],
      }),
    );
    assert.equal(typeof reply, "string");
  },

  delete: (id) => deleted(id, client.connections.deleteByID(id)),

  "delete-keeping-documents": (id) =>
    deleted(id, client.connections.deleteByID(id, { deleteDocuments: "false" })),

  "delete-by-tag": (id, tag) =>
    deleted(id, client.connections.deleteByProvider("s3", { containerTags: [tag] })),

  async refusals() {
    const { NotFoundError, BadRequestError, AuthenticationError, InternalServerError } = Supermemory;
    const once = client.withOptions({ maxRetries: 0 });
    const stranger = client.withOptions({ apiKey: "sm_wrong" });
    await refused(401, AuthenticationError, stranger.connections.list());
    await refused(404, NotFoundError, client.connections.getByID("conn_nobody"));
    await refused(404, NotFoundError, client.connections.getByTag("s3", { containerTags: ["nobody"] }));
    await refused(404, NotFoundError, client.connections.deleteByID("conn_nobody"));
    await refused(404, NotFoundError, client.documents.get("a/b c.txt"));
    await refused(400, BadRequestError, client.connections.create("s3"));
    const metadata = { ...keys, bucket: "my-documents-bucket", region: "us-east-1", endpoint };
    const noGroup = { ...metadata, containerTagRegex: "users/[^/]+/" };
    const long = { ...metadata, containerTagRegex: `(?<userId>${"a".repeat(200)})` };
    await refused(
      400,
      BadRequestError,
      client.connections.create("s3", { metadata: noGroup, containerTag: "org-123" }),
    );
    await refused(
      400,
      BadRequestError,
      client.connections.create("s3", { metadata: long, containerTag: "org-123" }),
    );
    await refused(400, BadRequestError, client.connections.create("s3", { metadata, documentLimit: 10001 }));
    await refused(501, InternalServerError, once.connections.create("notion", { containerTag: "org-123" }));
  },

  // The page's table of error codes.
  async "storage-errors"() {
    const { AuthenticationError, PermissionDeniedError, NotFoundError } = Supermemory;
    const metadata = { ...keys, bucket: "my-documents-bucket", region: "us-east-1", endpoint };
    for (const [status, kind, wrong] of [
      [401, AuthenticationError, { secretAccessKey: "wrong" }],
      [403, PermissionDeniedError, { bucket: "forbidden-bucket" }],
      [404, NotFoundError, { bucket: "no-such-bucket" }],
    ]) {
      const body = { metadata: { ...metadata, ...wrong }, containerTag: "org-123" };
      await refused(status, kind, client.connections.create("s3", body));
    }
  },

  // What `Supermemory.local()` asks before it would start a server of its own.
  async local() {
    const baseURL = process.env.SUPERMEMORY_BASE_URL;
    assert((await fetch(baseURL)).ok);
    const local = await Supermemory.local({ baseURL, start: false });
    await said("connections.list of local()", local.connections.list());
  },
};

async function create(body) {
  const connection = await said("connections.create", client.connections.create("s3", body));
  has(connection, CREATED);
  // There is nothing to sign in to.
  assert.deepEqual([connection.authLink, connection.expiresIn], [null, null]);
}

async function deleted(id, call) {
  assert.deepEqual(await said("connections.delete", call), { id, provider: "s3" });
  await refused(404, Supermemory.NotFoundError, client.connections.getByID(id));
}

// The reply, also printed as one line of JSON.
async function said(step, call) {
  const reply = await call;
  console.log(JSON.stringify({ step, reply: reply ?? null }));
  return reply;
}

async function refused(status, kind, call) {
  const error = await call.then(
    () => assert.fail(`accepted instead of refused with ${status}`),
    (error) => error,
  );
  assert(error instanceof kind, `${status} expected: ${error}`);
  assert.equal(error.status, status);
  assert("error" in error.error, `the error has the documented shape: ${JSON.stringify(error.error)}`);
  console.log(JSON.stringify({ step: `refused ${status}`, reply: error.error }));
}

function has(value, names) {
  const missing = names.filter((name) => !(name in value));
  assert.deepEqual(missing, [], `missing in ${JSON.stringify(value)}`);
}

const [name, ...rest] = process.argv.slice(2);
assert(Object.hasOwn(examples, name ?? ""), `examples are: ${Object.keys(examples).join(", ")}`);
await examples[name](...rest);
