import { describe, expect, it } from "vitest";

import {
  endpointFor,
  isProvider,
  PROVIDER_IDS,
  PROVIDERS,
  providerName,
  providerOf,
  readEndpoint,
} from "./providers";

const R2 = "0123456789abcdef0123456789abcdef";

describe("a provider's choice", () => {
  it("fills the endpoint from region or account", () => {
    expect(endpointFor(providerOf("aws"), "eu-central-1", "")).toBe("");
    expect(endpointFor(providerOf("spaces"), "fra1", "")).toBe("https://fra1.digitaloceanspaces.com");
    expect(endpointFor(providerOf("b2"), "us-west-004", "")).toBe("https://s3.us-west-004.backblazeb2.com");
    expect(endpointFor(providerOf("r2"), "auto", ` ${R2} `)).toBe(`https://${R2}.r2.cloudflarestorage.com`);
    expect(endpointFor(providerOf("r2"), "auto", R2, "eu")).toBe(`https://${R2}.eu.r2.cloudflarestorage.com`);
    expect(endpointFor(providerOf("minio"), "us-east-1", "")).toBe("http://127.0.0.1:9000");
  });
  it("leaves the endpoint empty while what it needs is missing", () => {
    expect(endpointFor(providerOf("r2"), "auto", "")).toBe("");
    expect(endpointFor(providerOf("spaces"), " ", "")).toBe("");
  });
  it("is read back from every endpoint that it filled in, for every region that is offered", () => {
    for (const provider of PROVIDERS.filter((each) => each.id !== "other")) {
      for (const region of provider.regions) {
        const about = readEndpoint(endpointFor(provider, region, R2));
        expect(about.provider).toBe(provider.id);
        if (provider.endpoint.includes("{region}")) expect(about.region).toBe(region);
      }
    }
    expect(readEndpoint(endpointFor(providerOf("r2"), "auto", R2, "fedramp"))).toEqual({
      provider: "r2",
      region: "auto",
      account: R2,
      jurisdiction: "fedramp",
    });
  });
  it("offers the region that it fills in", () => {
    for (const provider of PROVIDERS) expect(provider.regions).toContain(provider.region);
  });
  it("has a name, each", () => {
    expect(PROVIDER_IDS.map(providerName)).toContain("Cloudflare R2");
    expect(isProvider("r2")).toBe(true);
    expect(isProvider("nobody")).toBe(false);
  });
});

it.each([
  ["https://s3.dualstack.eu-west-1.amazonaws.com", "aws", "eu-west-1"],
  ["https://s3-fips.us-east-2.amazonaws.com", "aws", "us-east-2"],
  ["https://s3.amazonaws.com", "aws", "us-east-1"],
  ["https://nas.local:9000", "minio", undefined],
  ["https://nas.local", "other", undefined],
  ["no address", "other", undefined],
])("the endpoint %s says what it is", (endpoint, provider, region) => {
  expect(readEndpoint(endpoint)).toMatchObject({ provider });
  expect(readEndpoint(endpoint).region).toBe(region);
});
