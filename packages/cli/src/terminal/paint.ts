import { styleText } from "node:util";

/** The few styles the CLI uses. */
export type Style = "red" | "green" | "yellow" | "cyan" | "magenta" | "bold" | "dim";

/** The text in a style when `colour` is on, else the text. */
export function paint(text: string, style: Style | undefined, colour: boolean): string {
  return style === undefined || !colour ? text : styleText(style, text, { validateStream: false });
}

/** True when a stream is a terminal that wants colours (NO_COLOR is honoured). */
export function wantsColour(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb";
}

const STATE_STYLES: Record<string, Style> = {
  running: "cyan",
  dispatched: "cyan",
  completed: "green",
  failed: "red",
  timed_out: "red",
  quarantined: "red",
  awaiting_approval: "yellow",
  retrying: "yellow",
  blocked: "yellow",
  canceled: "dim",
  lost: "red",
};

/** The colour of a job's state or a run's outcome. */
export function stateStyle(state: string): Style | undefined {
  return STATE_STYLES[state];
}
