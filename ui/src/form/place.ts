/** Where the bucket is, as it is typed: what each choice, text and pasted address makes of the other fields. Pure. */
import { takeApart } from "../lib/addresses";
import {
  endpointFor,
  providerOf,
  readEndpoint,
  type Jurisdiction,
  type Provider,
  type ProviderId,
} from "../lib/providers";
import type { Typed } from "./draft";

type Change = Partial<Typed>;

/** Another provider was chosen. */
export function ofProvider(typed: Typed, provider: ProviderId, jurisdiction: Jurisdiction): Change {
  const chosen = providerOf(provider);
  const endpoint = endpointFor(chosen, chosen.region, typed.accountId, jurisdiction);
  return { provider, region: chosen.region, endpoint };
}

/** Another region was typed: of some providers the endpoint follows. */
export function ofRegion(typed: Typed, region: string): Change {
  const provider = providerOf(typed.provider);
  if (!provider.endpoint.includes("{region}")) return { region };
  return { region, endpoint: endpointFor(provider, region, typed.accountId) };
}

/** The account of R2 was typed, or where it keeps the bucket by law. */
export function ofAccount(typed: Typed, account: string, jurisdiction: Jurisdiction): Change {
  const endpoint = endpointFor(providerOf("r2"), typed.region, account, jurisdiction);
  return { accountId: account.trim(), endpoint };
}

/** A typed endpoint of the chosen provider brings its region along. */
export function ofEndpoint(typed: Typed, endpoint: string): Change {
  const about = endpoint.trim() === "" ? null : readEndpoint(endpoint);
  if (!about?.region || about.provider !== typed.provider) return { endpoint };
  return { endpoint, region: about.region, ...(about.account ? { accountId: about.account } : {}) };
}

/** A pasted address fills all that it says; null: it is none. */
export function ofAddress(text: string): { change: Change; tellsRegion: boolean } | null {
  const address = takeApart(text);
  if (!address) return null;
  const provider = providerOf(address.provider);
  const region = address.region ?? provider.region;
  const change: Change = {
    provider: address.provider,
    endpoint: address.endpoint,
    region,
    accountId: address.account ?? "",
    ...(address.bucket ? { bucket: address.bucket } : {}),
    ...(address.prefix ? { prefix: address.prefix } : {}),
  };
  return { change, tellsRegion: address.region !== null };
}

/** What is to be entered where the endpoint is missing: what it follows from, or itself. */
export function missingEndpoint(provider: Provider) {
  if (provider.endpoint.includes("{account}")) return "form.provider.accountMissing";
  if (provider.endpoint.includes("{region}")) return "form.provider.regionMissing";
  return "form.provider.endpointMissing";
}
