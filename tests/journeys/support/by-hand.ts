import { type Answer, ask } from "../../../apps/admin/test/support/app.ts";
import type { House, Person } from "./house.ts";

/** Somebody who speaks to the admin app without a browser: with any header, any cookie, any body. */
export class ByHand {
  readonly #house: House;
  #jar = new Map<string, string>();

  constructor(house: House, cookie = "") {
    this.#house = house;
    for (const pair of cookie.split("; ").filter(Boolean)) this.#keep(pair);
  }

  /** Signs in through the app's form. */
  static async as(house: House, person: Person): Promise<ByHand> {
    const hand = new ByHand(house);
    const answer = await hand.post("/sign-in", { email: person.email, password: person.password });
    if (answer.status !== 302) throw new Error(`signing in as ${person.email} was answered with ${answer.status}`);
    return hand;
  }

  /** The cookies as a browser would send them. */
  get cookie(): string {
    return [...this.#jar].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send(path, { headers });
  }

  /** A form of the app's own, as far as the headers say. */
  post(path: string, form: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send(path, {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded", ...headers },
      body: new URLSearchParams(form).toString(),
    });
  }

  async send(
    path: string,
    { method = "GET", headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string },
  ): Promise<Answer> {
    const { port, origin } = new URL(this.#house.url);
    const answer = await ask(Number(port), path, {
      method,
      headers: {
        ...(this.cookie ? { Cookie: this.cookie } : {}),
        ...(method === "GET" ? {} : { Origin: origin }),
        ...(body === undefined ? {} : { "Content-Length": String(Buffer.byteLength(body)) }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    for (const set of answer.headers["set-cookie"] ?? []) this.#keep(set.split(";")[0] as string);
    return answer;
  }

  #keep(pair: string): void {
    const at = pair.indexOf("=");
    const value = pair.slice(at + 1);
    if (value === "") this.#jar.delete(pair.slice(0, at));
    else this.#jar.set(pair.slice(0, at), value);
  }
}

/** A session's cookie, read and written again with something changed in it. */
export function changedCookie(cookie: string, change: (session: Session) => void): string {
  const pieces = cookie.split("; ").map((pair) => pair.slice(pair.indexOf("=") + 1));
  const session = JSON.parse(Buffer.from(pieces.join("").replace("base64-", ""), "base64url").toString("utf8"));
  change(session);
  return `holdfast-admin=base64-${Buffer.from(JSON.stringify(session)).toString("base64url")}`;
}

/** What the cookie holds. */
export interface Session {
  access_token: string;
  refresh_token: string;
  expires_at: number;
}
