import { describe, expect, it } from "vitest";

import { takeApart } from "./addresses";

const R2 = "0123456789abcdef0123456789abcdef";

/** Provider, endpoint, region, bucket, prefix; an empty region stands for one that the address does not tell. */
const short = (text: string) => {
  const address = takeApart(text);
  return (
    address &&
    [address.provider, address.endpoint, address.region ?? "", address.bucket, address.prefix].join(" | ")
  );
};

describe("a pasted address is taken apart", () => {
  it.each([
    // URIs and ARNs
    ["s3://docs/users/a b/", "aws |  |  | docs | users/a b/"],
    ["  s3://docs  ", "aws |  |  | docs | "],
    ["s3a://docs/x", "aws |  |  | docs | x"],
    ["arn:aws:s3:::docs", "aws |  |  | docs | "],
    ["arn:aws:s3:::docs/reports/*", "aws |  |  | docs | reports/"],
    ["arn:aws-cn:s3:::docs/*", "aws |  | cn-north-1 | docs | "],
    // Amazon, the bucket in the host
    ["https://docs.s3.us-west-2.amazonaws.com/users/", "aws |  | us-west-2 | docs | users/"],
    ["https://my.docs.s3.eu-central-1.amazonaws.com/", "aws |  | eu-central-1 | my.docs | "],
    ["https://docs.s3-eu-west-1.amazonaws.com/a", "aws |  | eu-west-1 | docs | a"],
    ["https://docs.s3.amazonaws.com/x", "aws |  | us-east-1 | docs | x"],
    ["https://docs.s3.dualstack.us-west-2.amazonaws.com/a", "aws |  | us-west-2 | docs | a"],
    ["https://docs.s3-fips.us-gov-west-1.amazonaws.com/a", "aws |  | us-gov-west-1 | docs | a"],
    ["https://docs.s3-accelerate.amazonaws.com/a", "aws |  |  | docs | a"],
    ["http://docs.s3-website-us-east-1.amazonaws.com/", "aws |  | us-east-1 | docs | "],
    ["http://docs.s3-website.eu-central-1.amazonaws.com/a/", "aws |  | eu-central-1 | docs | a/"],
    ["https://docs.s3.cn-north-1.amazonaws.com.cn/a", "aws |  | cn-north-1 | docs | a"],
    // Amazon, the bucket in the path
    ["https://s3.eu-central-1.amazonaws.com/docs/a/b", "aws |  | eu-central-1 | docs | a/b"],
    ["https://s3-eu-west-1.amazonaws.com/docs", "aws |  | eu-west-1 | docs | "],
    ["https://s3.dualstack.eu-west-1.amazonaws.com/docs/a", "aws |  | eu-west-1 | docs | a"],
    ["https://s3.amazonaws.com/docs/a%20b", "aws |  | us-east-1 | docs | a b"],
    // A signed link: what signs it stays behind.
    [
      "https://docs.s3.us-west-2.amazonaws.com/a.pdf?X-Amz-Signature=abc&X-Amz-Expires=60",
      "aws |  | us-west-2 | docs | a.pdf",
    ],
    // Amazon's consoles
    [
      "https://eu-west-3.console.aws.amazon.com/s3/buckets/docs?region=eu-west-3&prefix=users/",
      "aws |  | eu-west-3 | docs | users/",
    ],
    ["https://us-east-2.console.aws.amazon.com/s3/buckets/docs", "aws |  | us-east-2 | docs | "],
    [
      "https://s3.console.aws.amazon.com/s3/object/docs?region=eu-west-1&prefix=a/b.md",
      "aws |  | eu-west-1 | docs | a/b.md",
    ],
    // DigitalOcean
    [
      "https://docs.nyc3.digitaloceanspaces.com/a",
      "spaces | https://nyc3.digitaloceanspaces.com | nyc3 | docs | a",
    ],
    [
      "https://docs.nyc3.cdn.digitaloceanspaces.com/a",
      "spaces | https://nyc3.digitaloceanspaces.com | nyc3 | docs | a",
    ],
    [
      "https://nyc3.digitaloceanspaces.com/docs",
      "spaces | https://nyc3.digitaloceanspaces.com | nyc3 | docs | ",
    ],
    ["https://cloud.digitalocean.com/spaces/docs?i=1&path=users%2F", "spaces |  |  | docs | users/"],
    // Cloudflare
    [
      `https://${R2}.r2.cloudflarestorage.com/docs`,
      `r2 | https://${R2}.r2.cloudflarestorage.com | auto | docs | `,
    ],
    [
      `https://docs.${R2}.eu.r2.cloudflarestorage.com/x`,
      `r2 | https://${R2}.eu.r2.cloudflarestorage.com | auto | docs | x`,
    ],
    [
      `https://${R2}.fedramp.r2.cloudflarestorage.com/docs/a/`,
      `r2 | https://${R2}.fedramp.r2.cloudflarestorage.com | auto | docs | a/`,
    ],
    [
      `https://dash.cloudflare.com/${R2}/r2/default/buckets/docs?prefix=a%2F`,
      `r2 | https://${R2}.r2.cloudflarestorage.com | auto | docs | a/`,
    ],
    [
      `https://dash.cloudflare.com/${R2}/r2/eu/buckets/docs/settings`,
      `r2 | https://${R2}.eu.r2.cloudflarestorage.com | auto | docs | `,
    ],
    // Backblaze
    [
      "https://docs.s3.us-west-004.backblazeb2.com/a",
      "b2 | https://s3.us-west-004.backblazeb2.com | us-west-004 | docs | a",
    ],
    [
      "https://s3.eu-central-003.backblazeb2.com/docs/a",
      "b2 | https://s3.eu-central-003.backblazeb2.com | eu-central-003 | docs | a",
    ],
    [
      "https://f003.backblazeb2.com/file/docs/a/b.md",
      "b2 | https://s3.eu-central-003.backblazeb2.com | eu-central-003 | docs | a/b.md",
    ],
    ["https://f042.backblazeb2.com/file/docs", "b2 |  |  | docs | "],
    // Wasabi
    [
      "https://s3.us-east-2.wasabisys.com/docs/a/",
      "wasabi | https://s3.us-east-2.wasabisys.com | us-east-2 | docs | a/",
    ],
    ["https://s3.wasabisys.com/docs", "wasabi | https://s3.wasabisys.com | us-east-1 | docs | "],
    [
      "https://docs.s3.eu-west-1.wasabisys.com/",
      "wasabi | https://s3.eu-west-1.wasabisys.com | eu-west-1 | docs | ",
    ],
    ["https://console.wasabisys.com/file_manager/docs/a/", "wasabi |  |  | docs | a/"],
    ["https://console.wasabisys.com/#/file_manager/docs/a/", "wasabi |  |  | docs | a/"],
    // Tigris
    ["https://docs.t3.storage.dev/a", "tigris | https://t3.storage.dev | auto | docs | a"],
    ["https://fly.storage.tigris.dev/docs/a", "tigris | https://fly.storage.tigris.dev | auto | docs | a"],
    // MinIO, its API and its console
    ["http://127.0.0.1:9000/docs/a%20b/", "minio | http://127.0.0.1:9000 |  | docs | a b/"],
    ["http://nas:9001/browser/docs/users%2Fa%2F", "minio | http://nas:9000 |  | docs | users/a/"],
    ["http://nas:9001/browser/docs/dXNlcnMvYS8=", "minio | http://nas:9000 |  | docs | users/a/"],
    ["https://console.example.com/browser/docs", "minio | https://console.example.com |  | docs | "],
    // Others
    ["https://ceph.example.com/docs", "other | https://ceph.example.com |  | docs | "],
    ["https://docs.s3.fr-par.scw.cloud/a", "other | https://s3.fr-par.scw.cloud |  | docs | a"],
    ["https://docs.s3.gra.io.cloud.ovh.net/", "other | https://s3.gra.io.cloud.ovh.net |  | docs | "],
    [
      "https://docs.fsn1.your-objectstorage.com/a",
      "other | https://fsn1.your-objectstorage.com |  | docs | a",
    ],
    ["https://storage.googleapis.com/docs/a", "other | https://storage.googleapis.com |  | docs | a"],
    [
      "https://console.cloud.google.com/storage/browser/docs/a/b;tab=objects?project=p",
      "other | https://storage.googleapis.com | auto | docs | a/b",
    ],
    // As people copy them
    ["docs.s3.us-west-2.amazonaws.com/users/", "aws |  | us-west-2 | docs | users/"],
    ['"s3://docs/users/"', "aws |  |  | docs | users/"],
    ["<https://docs.t3.storage.dev/a>", "tigris | https://t3.storage.dev | auto | docs | a"],
    ["HTTPS://S3.WASABISYS.COM/docs", "wasabi | https://s3.wasabisys.com | us-east-1 | docs | "],
  ])("%s", (text, parts) => expect(short(text)).toBe(parts));

  it("and what tells the account keeps it", () => {
    expect(takeApart(`https://${R2}.eu.r2.cloudflarestorage.com/docs`)?.account).toBe(R2);
    expect(takeApart(`https://dash.cloudflare.com/${R2}/r2/eu/buckets/docs`)?.account).toBe(R2);
  });

  it.each([
    "docs",
    "my.bucket.name",
    "https://",
    "",
    "users/{userId}/",
    "arn:aws:s3:us-west-2:1:accesspoint/a",
  ])("but “%s” is none", (text) => expect(takeApart(text)).toBeNull());
});
