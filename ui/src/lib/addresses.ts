/** Pasted addresses of buckets, taken apart: links of objects and of consoles, `s3://…`, ARNs. Pure. */
import { endpointFor, parsed, providerOf, readEndpoint, type ProviderId } from "./providers";

/** What a pasted address carries. */
export interface Address {
  provider: ProviderId;
  /** Empty for Amazon, and where the address does not tell it. */
  endpoint: string;
  region: string | null;
  account: string | null;
  bucket: string;
  prefix: string;
}

/** Amazon's hosts after the bucket: `s3.region`, `s3-region`, with `-fips`, `dualstack`, `-website`, `-accelerate`. */
const AMAZON =
  /^(?:(.+)\.)?s3(?:-(accelerate)|-website|-fips)?(?:[.-](?:dualstack\.)?([a-z0-9-]+))?\.amazonaws\.com(?:\.cn)?$/;

/** Hosts whose first label may be the bucket; the rest is the endpoint. */
const VIRTUAL_HOSTS = [
  /^([^.]+)\.([a-z0-9-]+\.digitaloceanspaces\.com)$/,
  /^([^.]+)\.([0-9a-f]{32}(?:\.(?:eu|fedramp))?\.r2\.cloudflarestorage\.com)$/,
  /^(.+)\.(s3\.[a-z0-9-]+\.backblazeb2\.com)$/,
  /^(.+)\.(s3\.(?:[a-z0-9-]+\.)?wasabisys\.com)$/,
  /^(.+)\.(t3\.storage\.dev|fly\.storage\.tigris\.dev)$/,
  /^(.+)\.(s3\.[a-z0-9-]+\.scw\.cloud)$/,
  /^(.+)\.(s3\.[a-z0-9-]+(?:\.io)?\.cloud\.ovh\.(?:net|us))$/,
  /^(.+)\.([a-z0-9]+\.your-objectstorage\.com)$/,
  /^(.+)\.([a-z0-9-]+\.linodeobjects\.com)$/,
  /^(.+)\.(storage\.googleapis\.com)$/,
];

/** Of Backblaze's friendly links: `f003` is the cluster, and each stands in one region. */
const B2_CLUSTERS: Record<string, string> = {
  f000: "us-west-000",
  f001: "us-west-001",
  f002: "us-west-002",
  f003: "eu-central-003",
  f004: "us-west-004",
  f005: "us-east-005",
  f006: "ca-east-006",
};

const CONSOLES = [
  amazonConsole,
  cloudflareDashboard,
  backblazeLink,
  digitaloceanPanel,
  wasabiConsole,
  googleConsole,
  minioConsole,
];

/** Takes a pasted address apart: `https://…` of any provider or console, `s3://…`, an ARN. Null: it is none. */
export function takeApart(text: string): Address | null {
  const address = text.trim().replace(/^["'<]+|["'>]+$/g, "");
  const uri = /^s3a?:\/\/([^/]+)\/?(.*)$/s.exec(address);
  if (uri) return amazon(uri[1] ?? "", uri[2] ?? "", null);
  const arn = /^arn:(aws[a-z-]*):s3:::([^/*]+)\/?(.*)$/s.exec(address);
  // An ARN of a policy ends in a star that is no part of the prefix. China's partition has two regions of its own.
  if (arn)
    return amazon(arn[2] ?? "", (arn[3] ?? "").replace(/\*$/, ""), arn[1] === "aws-cn" ? "cn-north-1" : null);
  const url = parsed(address) ?? withoutScheme(address);
  if (!url) return null;
  for (const console of CONSOLES) {
    const found = console(url);
    if (found) return found;
  }
  return bucketAddress(url);
}

/** What is written without `https://` is an address only where its host is known. */
function withoutScheme(text: string): URL | null {
  if (!/^[a-z0-9.-]+\.[a-z]{2,}(?:\/\S*)?$/i.test(text)) return null;
  const url = parsed(`https://${text}`);
  const address = url && bucketAddress(url);
  return address && address.provider !== "other" ? url : null;
}

/** A link to a bucket or an object, the bucket in the host or in the path. */
function bucketAddress(url: URL): Address {
  const host = url.hostname.replace(".cdn.digitaloceanspaces.com", ".digitaloceanspaces.com");
  const path = decoded(url.pathname.replace(/^\/+/, ""));
  const atAmazon = AMAZON.exec(host);
  if (atAmazon) {
    const [, before, accelerated, named] = atAmazon;
    // The oldest name of all is that of the oldest region; acceleration tells none.
    const region = accelerated ? null : (named ?? "us-east-1");
    const [bucket, prefix] = before ? [before, path] : split(path);
    return amazon(bucket, prefix, region);
  }
  for (const pattern of VIRTUAL_HOSTS) {
    const match = pattern.exec(host);
    if (match?.[1] && match[2] && match[1] !== "s3") return at(url, match[2], match[1], path);
  }
  const [bucket, prefix] = split(path);
  return at(url, host, bucket, prefix);
}

function at(url: URL, host: string, bucket: string, prefix: string): Address {
  const endpoint = `${url.protocol}//${host}${url.port ? `:${url.port}` : ""}`;
  const about = readEndpoint(endpoint);
  return {
    provider: about.provider,
    endpoint,
    region: about.region ?? null,
    account: about.account ?? null,
    bucket,
    prefix,
  };
}

function amazon(bucket: string, prefix: string, region: string | null): Address {
  return { provider: "aws", endpoint: "", region, account: null, bucket, prefix };
}

function elsewhere(provider: ProviderId, region: string | null, bucket: string, prefix: string): Address {
  const endpoint = region === null ? "" : endpointFor(providerOf(provider), region, "");
  return { provider, endpoint, region, account: null, bucket, prefix };
}

/** `https://eu-west-3.console.aws.amazon.com/s3/buckets/docs?region=…&prefix=…`. */
function amazonConsole(url: URL): Address | null {
  if (!/(?:^|\.)console\.(?:aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com)$/.test(url.hostname))
    return null;
  const bucket = /^\/s3\/(?:buckets|object)\/([^/]+)/.exec(url.pathname)?.[1];
  if (!bucket) return null;
  const region = url.searchParams.get("region") ?? /^([a-z0-9-]+)\.console\./.exec(url.hostname)?.[1] ?? null;
  return amazon(decoded(bucket), url.searchParams.get("prefix") ?? "", region);
}

/** `https://dash.cloudflare.com/<account>/r2/<jurisdiction>/buckets/docs`. */
function cloudflareDashboard(url: URL): Address | null {
  if (url.hostname !== "dash.cloudflare.com") return null;
  const found = /^\/([0-9a-f]{32})\/r2\/([a-z]+)\/buckets\/([^/]+)/.exec(url.pathname);
  const [, account, place, bucket] = found ?? [];
  if (!account || !bucket) return null;
  const jurisdiction = place === "eu" || place === "fedramp" ? place : "";
  const endpoint = endpointFor(providerOf("r2"), "auto", account, jurisdiction);
  const prefix = url.searchParams.get("prefix") ?? "";
  return { provider: "r2", endpoint, region: "auto", account, bucket: decoded(bucket), prefix };
}

/** `https://f004.backblazeb2.com/file/docs/a/b`. */
function backblazeLink(url: URL): Address | null {
  const cluster = /^(f\d{3})\.backblazeb2\.com$/.exec(url.hostname)?.[1];
  const [, bucket, prefix] = /^\/file\/([^/]+)\/?(.*)$/s.exec(decoded(url.pathname)) ?? [];
  if (!cluster || !bucket) return null;
  return elsewhere("b2", B2_CLUSTERS[cluster] ?? null, bucket, prefix ?? "");
}

/** `https://cloud.digitalocean.com/spaces/docs?path=a%2F`: it does not tell the region. */
function digitaloceanPanel(url: URL): Address | null {
  if (url.hostname !== "cloud.digitalocean.com") return null;
  const bucket = /^\/spaces\/([^/]+)/.exec(url.pathname)?.[1];
  return bucket ? elsewhere("spaces", null, decoded(bucket), url.searchParams.get("path") ?? "") : null;
}

/** `https://console.wasabisys.com/file_manager/docs/a`: it does not tell the region. */
function wasabiConsole(url: URL): Address | null {
  if (url.hostname !== "console.wasabisys.com") return null;
  const place = `${decoded(url.pathname)}${decoded(url.hash.replace(/^#/, ""))}`;
  const [, bucket, prefix] = /\/file_manager\/([^/]+)\/?(.*)$/s.exec(place) ?? [];
  return bucket ? elsewhere("wasabi", null, bucket, prefix ?? "") : null;
}

/** `https://console.cloud.google.com/storage/browser/docs/a`. */
function googleConsole(url: URL): Address | null {
  if (url.hostname !== "console.cloud.google.com") return null;
  const [, bucket, prefix] = /^\/storage\/browser\/([^/;]+)\/?([^;]*)/.exec(decoded(url.pathname)) ?? [];
  if (!bucket) return null;
  const endpoint = "https://storage.googleapis.com";
  return { provider: "other", endpoint, region: "auto", account: null, bucket, prefix: prefix ?? "" };
}

/** `http://nas:9001/browser/docs/a%2F`: the S3 API of such a MinIO listens one port below its console. */
function minioConsole(url: URL): Address | null {
  const [, bucket, rest] = /^\/browser\/([^/]+)\/?(.*)$/s.exec(url.pathname) ?? [];
  if (!bucket) return null;
  const port = url.port === "9001" ? "9000" : url.port;
  const endpoint = `${url.protocol}//${url.hostname}${port ? `:${port}` : ""}`;
  return {
    provider: "minio",
    endpoint,
    region: null,
    account: null,
    bucket: decoded(bucket),
    prefix: minioPrefix(rest ?? ""),
  };
}

/** Older consoles write the prefix in base64, newer ones as it is. */
function minioPrefix(rest: string): string {
  const text = decoded(rest);
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0 || !text.endsWith("=")) return text;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(
      Uint8Array.from(atob(text), (c) => c.charCodeAt(0)),
    );
  } catch {
    return text;
  }
}

function split(path: string): [bucket: string, prefix: string] {
  const slash = path.indexOf("/");
  return slash < 0 ? [path, ""] : [path.slice(0, slash), path.slice(slash + 1)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
