/** The storage providers that the form knows: what the choice fills in, and what an endpoint says about itself. Pure. */
import { t } from "../strings/strings";

export const PROVIDER_IDS = ["aws", "minio", "spaces", "r2", "b2", "wasabi", "tigris", "other"] as const;
export type ProviderId = (typeof PROVIDER_IDS)[number];

/** Where R2 keeps a bucket by law; empty: anywhere. */
export const JURISDICTIONS = ["", "eu", "fedramp"] as const;
export type Jurisdiction = (typeof JURISDICTIONS)[number];

export interface Provider {
  id: ProviderId;
  /** The region that is filled in, or an example of it where there is no common one. */
  region: string;
  /** Regions that are offered; any other may be typed, since providers open new ones. */
  regions: readonly string[];
  /** The base address; `{region}`, `{account}` and `{jurisdiction}` are replaced. Empty: none (Amazon). */
  endpoint: string;
}

const words = (text: string) => text.trim().split(/\s+/);

export const PROVIDERS: readonly Provider[] = [
  {
    id: "aws",
    region: "us-east-1",
    // https://docs.aws.amazon.com/general/latest/gr/s3.html
    regions: words(`
      us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 ca-west-1 mx-central-1 sa-east-1
      eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3
      ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2
      ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-7
      af-south-1 il-central-1 me-central-1 me-south-1
      us-gov-east-1 us-gov-west-1 cn-north-1 cn-northwest-1`),
    endpoint: "",
  },
  { id: "minio", region: "us-east-1", regions: ["us-east-1"], endpoint: "http://127.0.0.1:9000" },
  {
    id: "spaces",
    region: "nyc3",
    // https://docs.digitalocean.com/products/spaces/details/availability/
    regions: words("nyc3 sfo2 sfo3 tor1 atl1 ams3 fra1 lon1 sgp1 blr1 syd1"),
    endpoint: "https://{region}.digitaloceanspaces.com",
  },
  {
    id: "r2",
    region: "auto",
    regions: ["auto"],
    endpoint: "https://{account}{jurisdiction}.r2.cloudflarestorage.com",
  },
  {
    id: "b2",
    region: "us-west-004",
    // https://www.backblaze.com/docs/cloud-storage-data-regions
    regions: words("us-west-000 us-west-001 us-west-002 us-west-004 us-east-005 ca-east-006 eu-central-003"),
    endpoint: "https://s3.{region}.backblazeb2.com",
  },
  {
    id: "wasabi",
    region: "us-east-1",
    // https://docs.wasabi.com/docs/what-are-the-service-urls-for-wasabi-s-different-storage-regions
    regions: words(`
      us-east-1 us-east-2 us-central-1 us-west-1 us-west-2 ca-central-1 eu-central-1 eu-central-2
      eu-south-1 eu-west-1 eu-west-2 eu-west-3 ap-northeast-1 ap-northeast-2 ap-southeast-1 ap-southeast-2`),
    endpoint: "https://s3.{region}.wasabisys.com",
  },
  { id: "tigris", region: "auto", regions: ["auto"], endpoint: "https://t3.storage.dev" },
  { id: "other", region: "us-east-1", regions: ["us-east-1", "auto"], endpoint: "" },
];

export function providerOf(id: ProviderId): Provider {
  const provider = PROVIDERS.find((p) => p.id === id);
  if (!provider) throw new Error(`no provider ${id}`);
  return provider;
}

export function isProvider(id: string): id is ProviderId {
  return (PROVIDER_IDS as readonly string[]).includes(id);
}

export function providerName(id: ProviderId): string {
  return t(`form.provider.name.${id}`);
}

/** The endpoint that a provider's choice fills in. */
export function endpointFor(
  provider: Provider,
  region: string,
  account: string,
  jurisdiction: Jurisdiction = "",
): string {
  if (provider.endpoint.includes("{region}") && !region.trim()) return "";
  if (provider.endpoint.includes("{account}") && !account.trim()) return "";
  return provider.endpoint
    .replace("{region}", region.trim())
    .replace("{account}", account.trim())
    .replace("{jurisdiction}", jurisdiction === "" ? "" : `.${jurisdiction}`);
}

/** What the name of an endpoint carries. */
export interface AboutEndpoint {
  provider: ProviderId;
  region?: string;
  account?: string;
  jurisdiction?: Jurisdiction;
}

/** What an endpoint says about itself: its provider, and the region or account that its name carries. */
export function readEndpoint(endpoint: string): AboutEndpoint {
  const address = endpoint.trim();
  if (address === "") return { provider: "aws" };
  const url = parsed(address);
  if (!url) return { provider: "other" };
  const host = url.hostname;
  const match = (pattern: RegExp) => pattern.exec(host)?.[1];
  if (host === "t3.storage.dev" || host === "fly.storage.tigris.dev")
    return { provider: "tigris", region: "auto" };
  const spaces = match(/^([a-z0-9-]+)\.digitaloceanspaces\.com$/);
  if (spaces) return { provider: "spaces", region: spaces };
  const r2 = /^([0-9a-z]+)(?:\.(eu|fedramp))?\.r2\.cloudflarestorage\.com$/.exec(host);
  if (r2) {
    const jurisdiction = (r2[2] ?? "") as Jurisdiction;
    return { provider: "r2", region: "auto", account: r2[1] ?? "", jurisdiction };
  }
  const b2 = match(/^s3\.([a-z0-9-]+)\.backblazeb2\.com$/);
  if (b2) return { provider: "b2", region: b2 };
  if (host === "s3.wasabisys.com") return { provider: "wasabi", region: "us-east-1" };
  const wasabi = match(/^s3\.([a-z0-9-]+)\.wasabisys\.com$/);
  if (wasabi) return { provider: "wasabi", region: wasabi };
  if (host === "s3.amazonaws.com") return { provider: "aws", region: "us-east-1" };
  const aws = match(/^s3(?:-fips)?[.-](?:dualstack\.)?([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/);
  if (aws) return { provider: "aws", region: aws };
  return { provider: url.port === "9000" ? "minio" : "other" };
}

/** An address with a scheme, or null. */
export function parsed(text: string): URL | null {
  if (!/^https?:\/\//i.test(text)) return null;
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
