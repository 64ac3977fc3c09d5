import type { Browser, BrowserContext, Page } from "playwright-core";
import type { Person } from "./house.ts";

/** How a person looks at the app. */
export interface Look {
  scheme?: "light" | "dark";
  /** 1280 px, or 390 px. */
  width?: "wide" | "narrow";
}

/** One person's browser. Whatever its console complains about, unless a journey expects it, fails the journey. */
export class Visit implements AsyncDisposable {
  readonly page: Page;
  readonly #context: BrowserContext;
  readonly #problems: string[] = [];
  readonly #expected: RegExp[] = [];

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.page = page;
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") this.#problems.push(message.text());
    });
    page.on("pageerror", (error) => this.#problems.push(error.message));
  }

  static async begin(browser: Browser, url: string, { scheme = "light", width = "wide" }: Look = {}): Promise<Visit> {
    const context = await browser.newContext({
      baseURL: url,
      colorScheme: scheme,
      viewport: width === "wide" ? { width: 1280, height: 800 } : { width: 390, height: 844 },
      acceptDownloads: true,
    });
    context.setDefaultTimeout(20_000);
    return new Visit(context, await context.newPage());
  }

  /** Another tab of the same person's browser. Closed with the first. */
  async another(): Promise<Visit> {
    return new Visit(this.#context, await this.#context.newPage());
  }

  /** Says that the console may complain about this: a journey that cuts a connection expects the browser to notice. */
  expectProblem(problem: RegExp): void {
    this.#expected.push(problem);
  }

  /** Signs in, and waits until that has led where it leads: to the one workspace, if there is one. */
  async signIn(person: Person, to = /\/w\//): Promise<void> {
    const { page } = this;
    await page.goto("/sign-in");
    await this.ready();
    await page.locator("input[name=email]").fill(person.email);
    await page.locator("input[name=password]").fill(person.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(to);
  }

  /** Opens a page of the workspace `local`, and waits until it can be used. */
  async open(path: string): Promise<void> {
    await this.page.goto(path === "" ? "/w/local" : `/w/local/${path}`);
    await this.ready();
  }

  /** Waits until the page's scripts have taken over. */
  async ready(): Promise<void> {
    await this.page.locator("html[data-ready]").waitFor({ state: "attached" });
  }

  /** What the console complained about and nobody expected. */
  problems(): string[] {
    return this.#problems.filter((problem) => !this.#expected.some((expected) => expected.test(problem)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close();
    const problems = this.problems();
    if (problems.length > 0) throw new Error(`the console complained:\n${problems.join("\n")}`);
  }
}
