import { describe, expect, it } from "vitest";

import { endpointFor, PROVIDERS, providerOf, readEndpoint, takeApart } from "./providers";

const R2 = "0123456789abcdef0123456789abcdef";

describe("a provider's choice", () => {
  it("fills the endpoint from region or account", () => {
    expect(endpointFor(providerOf("aws"), "eu-central-1", "")).toBe("");
    expect(endpointFor(providerOf("spaces"), "fra1", "")).toBe("https://fra1.digitaloceanspaces.com");
    expect(endpointFor(providerOf("b2"), "us-west-004", "")).toBe("https://s3.us-west-004.backblazeb2.com");
    expect(endpointFor(providerOf("r2"), "auto", ` ${R2} `)).toBe(`https://${R2}.r2.cloudflarestorage.com`);
    expect(endpointFor(providerOf("minio"), "us-east-1", "")).toBe("http://127.0.0.1:9000");
  });
  it("leaves the endpoint empty while what it needs is missing", () => {
    expect(endpointFor(providerOf("r2"), "auto", "")).toBe("");
    expect(endpointFor(providerOf("spaces"), " ", "")).toBe("");
  });
  it("is read back from every endpoint that it filled in", () => {
    for (const provider of PROVIDERS.filter((each) => each.id !== "other")) {
      const about = readEndpoint(endpointFor(provider, provider.region, R2));
      expect(about.provider).toBe(provider.id);
      if (provider.endpoint.includes("{region}")) expect(about.region).toBe(provider.region);
    }
  });
});

describe("a pasted address", () => {
  const short = (text: string) => {
    const address = takeApart(text);
    return (
      address &&
      [address.provider, address.endpoint, address.region, address.bucket, address.prefix].join(" | ")
    );
  };
  it.each([
    ["s3://docs/users/a b/", "aws |  |  | docs | users/a b/"],
    ["arn:aws:s3:::docs/reports", "aws |  |  | docs | reports"],
    ["https://docs.s3.us-west-2.amazonaws.com/users/", "aws |  | us-west-2 | docs | users/"],
    ["https://my.docs.s3.eu-central-1.amazonaws.com/", "aws |  | eu-central-1 | my.docs | "],
    ["https://s3.eu-central-1.amazonaws.com/docs/a/b", "aws |  | eu-central-1 | docs | a/b"],
    ["https://s3-eu-west-1.amazonaws.com/docs", "aws |  | eu-west-1 | docs | "],
    ["https://docs.s3.amazonaws.com/x", "aws |  | us-east-1 | docs | x"],
    [
      "https://eu-west-3.console.aws.amazon.com/s3/buckets/docs?region=eu-west-3&prefix=users/",
      "aws |  | eu-west-3 | docs | users/",
    ],
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
    [
      `https://${R2}.r2.cloudflarestorage.com/docs`,
      `r2 | https://${R2}.r2.cloudflarestorage.com | auto | docs | `,
    ],
    [
      `https://docs.${R2}.eu.r2.cloudflarestorage.com/x`,
      `r2 | https://${R2}.eu.r2.cloudflarestorage.com | auto | docs | x`,
    ],
    [
      "https://docs.s3.us-west-004.backblazeb2.com/a",
      "b2 | https://s3.us-west-004.backblazeb2.com | us-west-004 | docs | a",
    ],
    [
      "https://s3.us-east-2.wasabisys.com/docs/a/",
      "wasabi | https://s3.us-east-2.wasabisys.com | us-east-2 | docs | a/",
    ],
    ["https://s3.wasabisys.com/docs", "wasabi | https://s3.wasabisys.com | us-east-1 | docs | "],
    ["https://docs.t3.storage.dev/a", "tigris | https://t3.storage.dev | auto | docs | a"],
    ["http://127.0.0.1:9000/docs/a%20b/", "minio | http://127.0.0.1:9000 |  | docs | a b/"],
    ["https://ceph.example.com/docs", "other | https://ceph.example.com |  | docs | "],
  ])("%s is taken apart", (text, parts) => expect(short(text)).toBe(parts));

  it("that is none is left alone", () => {
    expect(takeApart("docs")).toBeNull();
    expect(takeApart("https://")).toBeNull();
    expect(takeApart("")).toBeNull();
  });
});
