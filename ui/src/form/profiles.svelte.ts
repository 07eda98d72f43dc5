/** The AWS profiles that were found on this computer, read again whenever somebody asks: they change outside this app. */
import type { Client } from "../client/client";
import type { AwsProfile } from "../client/generated";

export class Profiles {
  readonly #client: Client;
  #reads = 0;

  list = $state.raw<AwsProfile[]>([]);
  /** The files that were looked at. */
  places = $state.raw<string[]>([]);
  /** Why they could not be read. */
  trouble = $state<string | null>(null);
  loaded = $state(false);

  constructor(client: Client) {
    this.#client = client;
  }

  find(name: string): AwsProfile | undefined {
    return this.list.find((profile) => profile.name === name.trim());
  }

  async read(): Promise<void> {
    const read = ++this.#reads;
    try {
      const found = await this.#client.call("aws_profiles", {});
      if (read !== this.#reads) return;
      this.list = found.profiles;
      this.places = found.places;
      this.trouble = found.trouble;
    } catch {
      // A name can be typed all the same.
    }
    if (read === this.#reads) this.loaded = true;
  }
}
