/** The storage providers that the form knows: what the choice fills in, and what is asked for. */

export type ProviderId = "aws" | "minio" | "spaces" | "r2" | "b2" | "wasabi" | "tigris" | "other";

export interface Provider {
  id: ProviderId;
  name: string;
  /** Two letters of a plain mark; logos belong to their owners. */
  mark: string;
  about: string;
  /** The region that is filled in, or an example of it where there is no common one. */
  region: string;
  regionHint: string;
  /** The base address; `{region}` and `{account}` are replaced. Empty: none (Amazon). */
  endpoint: string;
  endpointHint: string;
}

export const PROVIDERS: readonly Provider[] = [
  {
    id: "aws",
    name: "Amazon S3",
    mark: "S3",
    about: "Any AWS region",
    region: "us-east-1",
    regionHint: "The bucket's region, such as eu-central-1. The test names the right one if this is wrong.",
    endpoint: "",
    endpointHint: "Leave this empty for Amazon S3.",
  },
  {
    id: "minio",
    name: "MinIO",
    mark: "MI",
    about: "Your own server",
    region: "us-east-1",
    regionHint: "us-east-1, unless your server is set up otherwise.",
    endpoint: "http://127.0.0.1:9000",
    endpointHint: "The address of the S3 API, not of the console.",
  },
  {
    id: "spaces",
    name: "DigitalOcean Spaces",
    mark: "DO",
    about: "nyc3, fra1, sgp1 …",
    region: "nyc3",
    regionHint: "The datacenter of the Space, such as nyc3, ams3 or fra1.",
    endpoint: "https://{region}.digitaloceanspaces.com",
    endpointHint: "Follows the region.",
  },
  {
    id: "r2",
    name: "Cloudflare R2",
    mark: "R2",
    about: "Needs your account ID",
    region: "auto",
    regionHint: "R2 has one region: auto.",
    endpoint: "https://{account}.r2.cloudflarestorage.com",
    endpointHint: "Follows the account ID. For a jurisdiction write …eu.r2.cloudflarestorage.com.",
  },
  {
    id: "b2",
    name: "Backblaze B2",
    mark: "B2",
    about: "us-west-004 …",
    region: "us-west-004",
    regionHint: "The part after s3. in the bucket's endpoint, such as us-west-004.",
    endpoint: "https://s3.{region}.backblazeb2.com",
    endpointHint: "Follows the region.",
  },
  {
    id: "wasabi",
    name: "Wasabi",
    mark: "WA",
    about: "us-east-1 …",
    region: "us-east-1",
    regionHint: "The bucket's region, such as eu-central-1.",
    endpoint: "https://s3.{region}.wasabisys.com",
    endpointHint: "Follows the region.",
  },
  {
    id: "tigris",
    name: "Tigris",
    mark: "TI",
    about: "One global address",
    region: "auto",
    regionHint: "Tigris has one region: auto.",
    endpoint: "https://t3.storage.dev",
    endpointHint: "The address of Tigris everywhere.",
  },
  {
    id: "other",
    name: "Other S3-compatible",
    mark: "··",
    about: "Ceph, Garage …",
    region: "us-east-1",
    regionHint: "Most services without regions take us-east-1 or auto.",
    endpoint: "",
    endpointHint: "The address of the S3 API, without the bucket.",
  },
];

export function providerOf(id: ProviderId): Provider {
  const provider = PROVIDERS.find((p) => p.id === id);
  if (!provider) throw new Error(`no provider ${id}`);
  return provider;
}

/** The endpoint that a provider's choice fills in. */
export function endpointFor(provider: Provider, region: string, account: string): string {
  if (provider.endpoint.includes("{region}") && !region.trim()) return "";
  if (provider.endpoint.includes("{account}") && !account.trim()) return "";
  return provider.endpoint.replace("{region}", region.trim()).replace("{account}", account.trim());
}

/** What an endpoint says about itself: its provider, and the region or account that its name carries. */
export function readEndpoint(endpoint: string): { provider: ProviderId; region?: string; account?: string } {
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
  const r2 = match(/^([0-9a-z]+)(?:\.(?:eu|fedramp))?\.r2\.cloudflarestorage\.com$/);
  if (r2) return { provider: "r2", region: "auto", account: r2 };
  const b2 = match(/^s3\.([a-z0-9-]+)\.backblazeb2\.com$/);
  if (b2) return { provider: "b2", region: b2 };
  if (host === "s3.wasabisys.com") return { provider: "wasabi", region: "us-east-1" };
  const wasabi = match(/^s3\.([a-z0-9-]+)\.wasabisys\.com$/);
  if (wasabi) return { provider: "wasabi", region: wasabi };
  const aws = match(/^s3[.-](?:dualstack\.)?([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/);
  if (aws) return { provider: "aws", region: aws };
  return { provider: url.port === "9000" ? "minio" : "other" };
}

/** What a pasted address carries. */
export interface Address {
  provider: ProviderId;
  endpoint: string;
  region: string | null;
  account: string | null;
  bucket: string;
  prefix: string;
}

/** Hosts whose first label may be the bucket; the rest is the endpoint. */
const VIRTUAL_HOSTS = [
  /^(.+)\.(s3[.-](?:dualstack\.)?[a-z0-9-]+\.amazonaws\.com(?:\.cn)?)$/,
  /^(.+)\.(s3\.amazonaws\.com)$/,
  /^([^.]+)\.([a-z0-9-]+\.digitaloceanspaces\.com)$/,
  /^([^.]+)\.([0-9a-f]{32}(?:\.(?:eu|fedramp))?\.r2\.cloudflarestorage\.com)$/,
  /^(.+)\.(s3\.[a-z0-9-]+\.backblazeb2\.com)$/,
  /^(.+)\.(s3\.(?:[a-z0-9-]+\.)?wasabisys\.com)$/,
  /^(.+)\.(t3\.storage\.dev|fly\.storage\.tigris\.dev)$/,
];

/** Takes a pasted address apart: `https://…` of any provider or console, `s3://…`, an ARN. Null: it is none. */
export function takeApart(text: string): Address | null {
  const address = text.trim();
  const plain = /^(?:s3:\/\/|arn:aws[a-z-]*:s3:::)([^/]+)\/?(.*)$/s.exec(address);
  if (plain) return amazon(plain[1] ?? "", plain[2] ?? "", null);
  const url = parsed(address);
  if (!url) return null;
  const console = consoleAddress(url);
  if (console) return console;

  const host = url.hostname.replace(".cdn.digitaloceanspaces.com", ".digitaloceanspaces.com");
  const path = decoded(url.pathname.replace(/^\/+/, ""));
  for (const pattern of VIRTUAL_HOSTS) {
    const match = pattern.exec(host);
    if (match?.[1] && match[2] && !isService(match[1])) return fromParts(url, match[2], match[1], path);
  }
  const slash = path.indexOf("/");
  const [bucket, prefix] = slash < 0 ? [path, ""] : [path.slice(0, slash), path.slice(slash + 1)];
  return fromParts(url, host, bucket, prefix);
}

/** `s3` in front of a host is the service, not a bucket. */
function isService(label: string): boolean {
  return label === "s3" || label === "s3.dualstack";
}

function fromParts(url: URL, host: string, bucket: string, prefix: string): Address {
  if (host === "s3.amazonaws.com") return amazon(bucket, prefix, "us-east-1");
  const endpoint = `${url.protocol}//${host}${url.port ? `:${url.port}` : ""}`;
  const about = readEndpoint(endpoint);
  if (about.provider === "aws") return amazon(bucket, prefix, about.region ?? null);
  return {
    provider: about.provider,
    endpoint,
    region: about.region ?? null,
    account: about.account ?? null,
    bucket,
    prefix,
  };
}

/** The address bar of the AWS console. */
function consoleAddress(url: URL): Address | null {
  if (!/(?:^|\.)console\.aws\.amazon\.com$/.test(url.hostname)) return null;
  const bucket = /^\/s3\/buckets\/([^/]+)/.exec(url.pathname)?.[1];
  if (!bucket) return null;
  const region = url.searchParams.get("region") ?? /^([a-z0-9-]+)\.console\./.exec(url.hostname)?.[1] ?? null;
  return amazon(decoded(bucket), url.searchParams.get("prefix") ?? "", region);
}

function amazon(bucket: string, prefix: string, region: string | null): Address {
  return { provider: "aws", endpoint: "", region, account: null, bucket, prefix };
}

function parsed(text: string): URL | null {
  if (!/^https?:\/\//i.test(text)) return null;
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
